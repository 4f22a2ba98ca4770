import type { Bucket, Drive, EventPage, Job, ServerInfo } from './api/types';

/** Something an administrator should look at, as a value; what it is called is the page's. */
export type Concern =
  | { kind: 'drive'; path: string; share: number }
  | { kind: 'quota'; bucket: string; share: number }
  | { kind: 'events'; webhook: string; count: number }
  | { kind: 'late'; webhook: string; count: number; since: string }
  | { kind: 'job'; what: Job['kind']; problems: number }
  | { kind: 'stopped' }
  | { kind: 'root' };

const DRIVE_SHARE = 0.85;
const QUOTA_SHARE = 0.9;

/** What can still be filled: the reserve is no room, and what is given up is. */
export function free(drive: Drive): number {
  return Math.max(0, drive.free_bytes + drive.idle_bytes - drive.reserve_bytes);
}

/** Longer than a receiver needs that answers. */
const LATE_MS = 30_000;

/** Whether events wait for a webhook because it does not take them. */
export function isLate(webhook: { waiting: number; waiting_since?: string | null }, now = Date.now()): boolean {
  return webhook.waiting > 0 && !!webhook.waiting_since && now - Date.parse(webhook.waiting_since) > LATE_MS;
}

export interface Looked {
  info?: ServerInfo | undefined;
  buckets?: readonly Bucket[] | undefined;
  webhooks?: EventPage['webhooks'] | undefined;
  jobs?: readonly Job[] | undefined;
  root: boolean;
}

export function concerns({ info, buckets = [], webhooks = [], jobs = [], root }: Looked): Concern[] {
  const found: Concern[] = [];
  if (info?.stopped) found.push({ kind: 'stopped' });
  for (const drive of info?.drives ?? []) {
    const share = drive.total_bytes > 0 ? 1 - free(drive) / drive.total_bytes : 0;
    if (share >= DRIVE_SHARE) found.push({ kind: 'drive', path: drive.path, share });
  }
  for (const bucket of buckets) {
    const byBytes = bucket.quota.bytes ? bucket.usage.bytes / bucket.quota.bytes : 0;
    const byCount = bucket.quota.objects ? bucket.usage.objects / bucket.quota.objects : 0;
    const share = Math.max(byBytes, byCount);
    if (share >= QUOTA_SHARE) found.push({ kind: 'quota', bucket: bucket.name, share });
  }
  for (const webhook of webhooks) {
    const { name, given_up, waiting, waiting_since } = webhook;
    if (given_up > 0) found.push({ kind: 'events', webhook: name, count: given_up });
    if (isLate(webhook)) found.push({ kind: 'late', webhook: name, count: waiting, since: waiting_since ?? '' });
  }
  // Of each kind the last run counts: what it did not find any more is mended.
  const newest = new Map([...jobs].sort((a, b) => a.started.localeCompare(b.started)).map((job) => [job.kind, job]));
  for (const job of newest.values()) {
    if (job.problems > 0 || job.state === 'failed') found.push({ kind: 'job', what: job.kind, problems: job.problems });
  }
  if (root) found.push({ kind: 'root' });
  return found;
}
