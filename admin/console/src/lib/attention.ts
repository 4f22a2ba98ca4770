import type { Drive, Job, ServerConcern } from './api/types';

/** Something an administrator should look at, as a value; what it is called is the page's. */
export type Concern =
  | { kind: 'drive'; path: string; share: number }
  | { kind: 'quota'; bucket: string; share: number }
  | { kind: 'events'; webhook: string; count: number }
  | { kind: 'late'; webhook: string; count: number; since: string }
  | { kind: 'job'; what: Job['kind']; problems: number }
  | { kind: 'damage'; count: number }
  | { kind: 'errors'; count: number; share: number }
  | { kind: 'certificate'; file: string; until: string }
  | { kind: 'backup'; made: string }
  | { kind: 'behind' }
  | { kind: 'stopped' }
  | { kind: 'told'; bad: boolean; text: string }
  | { kind: 'root' };

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

/** What the server says: the rule is its own, the same that `cairn status` and the alerts go by. */
export function concerns(told: readonly ServerConcern[] = [], root = false): Concern[] {
  const found = told.map(concern);
  return root ? [...found, { kind: 'root' }] : found;
}

function concern(it: ServerConcern): Concern {
  const about = it.about ?? '';
  const count = it.count ?? 0;
  const share = it.share ?? 0;
  const time = it.time ?? '';
  switch (it.kind) {
    case 'drive':
      return { kind: 'drive', path: about, share };
    case 'quota':
      return { kind: 'quota', bucket: about, share };
    case 'events_given_up':
      return { kind: 'events', webhook: about, count };
    case 'events_wait':
      return { kind: 'late', webhook: about, count, since: time };
    case 'damage':
      return it.about ? { kind: 'job', what: about as Job['kind'], problems: count } : { kind: 'damage', count };
    case 'job':
      return { kind: 'job', what: about as Job['kind'], problems: count };
    case 'errors':
      return { kind: 'errors', count, share };
    case 'certificate':
      return { kind: 'certificate', file: about, until: time };
    case 'backup':
      return { kind: 'backup', made: time };
    case 'stopped':
    case 'behind':
      return { kind: it.kind };
    default:
      // Of a server that is newer than this page.
      return { kind: 'told', bad: it.level === 'critical', text: `${it.message} ${it.next}` };
  }
}
