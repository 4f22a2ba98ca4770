// What is done to many objects at once, one request each: where they go, and how it went.
import { whileLoggedIn } from './api/client';
import { shortName, type Row } from './rows';
import { underway } from './underway.svelte';

export interface Destination {
  bucket: string;
  prefix: string;
  /** What a single one is called there; the others keep their names. */
  name?: string | undefined;
}

export interface Step {
  key: string;
  to: string;
}

/** A folder as it is meant: with its slash, or the top. */
export const asFolder = (typed: string) => (typed === '' || typed.endsWith('/') ? typed : `${typed}/`);

/** What a row's key becomes. For a prefix, what the beginning of all keys beneath it becomes. */
export function targetOf(row: Row, prefix: string, to: Destination): string {
  const folder = asFolder(to.prefix);
  if (to.name === undefined) return folder + shortName(row.key, prefix);
  return folder + (row.kind === 'prefix' ? asFolder(to.name) : to.name);
}

/** What is called by its own name in a row: a prefix without its slash. */
export function nameOf(row: Row, prefix: string): string {
  const name = shortName(row.key, prefix);
  return row.kind === 'prefix' ? name.replace(/\/$/, '') : name;
}

const AT_ONCE = 4;

/** Takes each step, some at once, and goes on after one that fails. Ends early when it is told to, or the session is over. */
export function run<T extends { key: string }>(steps: readonly T[], take: (step: T) => Promise<unknown>, tell: (count: number) => void, signal: AbortSignal): Promise<Done<T>> {
  return underway.during(taken(steps, take, tell, signal));
}

interface Done<T> {
  done: T[];
  failed: { key: string; step: T; error: unknown }[];
}

async function taken<T extends { key: string }>(steps: readonly T[], take: (step: T) => Promise<unknown>, tell: (count: number) => void, signal: AbortSignal): Promise<Done<T>> {
  const done: T[] = [];
  const failed: { key: string; step: T; error: unknown }[] = [];
  let next = 0;
  const session = whileLoggedIn();
  const worker = async () => {
    for (let step = steps[next++]; step && !signal.aborted && !session.aborted; step = steps[next++]) {
      try {
        await take(step);
        done.push(step);
      } catch (error) {
        failed.push({ key: step.key, step, error });
      }
      tell(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { done, failed };
}
