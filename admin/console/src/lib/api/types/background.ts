// What the server does by itself, and what it has noted.
import type { Page } from './page';

export type JobKind = 'scrub' | 'check' | 'backup' | 'lifecycle';
/** Every byte of what is new to the folder, every byte of all, or only where chunks begin. */
export type BackupVerify = 'new' | 'all' | 'heads';

/** Interrupted: the server has stopped meanwhile. */
export type JobState = 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

export interface Job {
  id: string;
  kind: JobKind | 'empty';
  state: JobState;
  /** It has been told to end and will. */
  is_cancelling: boolean;
  /** What it is about: the bucket that is emptied, the folder that a backup goes to. */
  bucket: string | null;
  to: string | null;
  started: string;
  ended: string | null;
  by: string;
  progress: { doing: string; done: number; total: number | null; unit: 'bytes' | 'rows' | 'chunks' | 'versions' | null };
  rate: number | null;
  seconds_left: number | null;
  report: Record<string, unknown> | null;
  error: string | null;
  problems: number;
}

export interface NewJob {
  kind: JobKind;
  read_data?: boolean;
  rate_mib?: number;
  to?: string;
  /** Of a backup: what is read of the copy once it is made. */
  verify?: BackupVerify;
  /** Of a scrub: where an earlier one ended before its time. */
  from?: string;
  /** Of lifecycle: the one bucket whose rules are followed. */
  bucket?: string;
}

/** What lifecycle would do to a version, if it ran now. */
export interface DryRunEntry {
  key: string;
  version: string | null;
  upload_id: string | null;
  action: string;
  rule: string;
  size: number;
  due: string;
}

export interface LifecycleRun {
  number: number;
  started: string;
  ended: string;
  buckets: number;
  interrupted: boolean;
  looked_at: number;
  expired: number;
  marked: number;
  transitioned: number;
  aborted: number;
  locked: number;
  left_alone: number;
  errors: number;
}

export interface DeadLetter {
  webhook: string;
  id: string;
  event: string;
  bucket: string;
  key: string;
  at: string;
  attempts: number | null;
  last_error: string;
}

export interface EventPage extends Page<DeadLetter> {
  webhooks: { name: string; is_configured: boolean; waiting: number; waiting_since: string | null; given_up: number; trouble: { reason: string; at: string; again: string } | null }[];
}

export interface AuditEntry {
  time: string;
  who: string;
  credential: string;
  from: string;
  action: string;
  target: string;
  /** The access key that signs the link that was made; empty for all else. */
  signed_with: string;
  outcome: string;
  status: number;
  error?: string | null;
  request_id: string;
}
