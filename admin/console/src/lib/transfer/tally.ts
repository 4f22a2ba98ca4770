import type { Upload, UploadState } from './upload.svelte';

/** So many are shown one by one. */
export const SHOWN_MAX = 100;

/** What all uploads come to. */
export interface Tally {
  all: number;
  /** How many are in each state; those whose name is taken are not among the failed. */
  of: Record<UploadState, number>;
  taken: number;
  sent: number;
  size: number;
  /** Nothing is on its way, since the server is away. */
  waits: boolean;
  shown: Upload[];
}

// What is under way first, then what went wrong; what has ended last.
const ORDER = ['sending', 'failed', 'paused', 'waiting', 'done', 'cancelled'] as const satisfies readonly UploadState[];

/** In one go through all: there may be a hundred thousand of them. */
export function tallyOf(all: readonly Upload[]): Tally {
  const of = { sending: 0, failed: 0, paused: 0, waiting: 0, done: 0, cancelled: 0 };
  const first: Record<UploadState, Upload[]> = { sending: [], failed: [], paused: [], waiting: [], done: [], cancelled: [] };
  let [taken, sent, size, waiting] = [0, 0, 0, 0];
  for (const each of all) {
    const state = each.state;
    if (first[state].length < SHOWN_MAX) first[state].push(each);
    if (each.taken) taken += 1;
    else of[state] += 1;
    if (state === 'sending' && each.waits) waiting += 1;
    sent += each.sent;
    size += each.size;
  }
  const shown = ORDER.flatMap((state) => first[state]).slice(0, SHOWN_MAX);
  return { all: all.length, of, taken, sent, size, waits: waiting > 0 && waiting === of.sending, shown };
}
