import { untrack } from 'svelte';
import { Unreachable } from './api/error';

// What was seen last is shown at once while the new answer is on its way.
const seen = new Map<string, unknown>();
const SEEN_MAX = 200;
const AGAIN_MS = 5000;
/** What takes longer than it should be asked for is waited for: asked for anew, it would never come. */
const PATIENCE_MS = 30_000;

/** All that are on the page. What one of them is told, those of the same key know too. */
const here = new Set<{ key: () => string; again: () => void; take: (value: unknown) => void }>();

/** Forgets all answers: the next visitor may be somebody else. */
export function forgetAnswers(): void {
  seen.clear();
}

export interface Resource<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
  /** Shows a change before the server has confirmed it. */
  set(value: T): void;
}

/**
 * An answer of the server that follows its key: asked for again when the key changes, when the
 * window is looked at again, when the network is back, and every `seconds` while it is looked at.
 */
export function resource<T>(
  key: () => string,
  ask: (signal: AbortSignal) => Promise<T>,
  options: { seconds?: number | (() => number) } = {},
): Resource<T> {
  // What was answered, and to what: until the next answer comes, none of it is about another key.
  let held = $state.raw<{ key: string; value: T | undefined; error?: unknown }>();
  let loading = $state(true);
  let turn = $state(0);
  let began = 0;

  const now = () => {
    const wanted = key();
    return held?.key === wanted ? held : { key: wanted, value: seen.get(wanted) as T | undefined };
  };

  const again = () => {
    turn += 1;
  };
  const me = { key, again, take: (value: unknown) => (held = { key: key(), value: value as T }) };
  $effect(() => {
    here.add(me);
    return () => here.delete(me);
  });
  // Once the page is gone, it is about what it was about last.
  let last = '';
  const mine = () => (here.has(me) ? key() : last);
  /** Those that are about the same: who has begun something may be on another page when it has ended, or back again. */
  const alike = () => untrack(() => [...here].filter((each) => each.key() === mine()));

  $effect(() => {
    const wanted = (last = key());
    void turn;
    const stop = new AbortController();
    untrack(() => {
      loading = true;
      began = Date.now();
      ask(stop.signal).then(
        (value) => {
          if (stop.signal.aborted) return;
          keep(wanted, value);
          held = { key: wanted, value };
          loading = false;
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          held = { ...now(), error };
          loading = false;
        },
      );
    });
    return () => stop.abort();
  });

  $effect(() => {
    const look = () => document.visibilityState === 'visible' && again();
    document.addEventListener('visibilitychange', look);
    addEventListener('online', look);
    const seconds = typeof options.seconds === 'function' ? options.seconds() : options.seconds;
    const isLate = () => loading && Date.now() - began < PATIENCE_MS;
    const timer = seconds ? setInterval(() => isLate() || look(), seconds * 1000) : undefined;
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', look);
      clearInterval(timer);
    };
  });

  // Nobody has to press a button once the server answers again.
  $effect(() => {
    if (!(held?.error instanceof Unreachable)) return;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
  });

  return {
    get value() {
      return now().value;
    },
    get error() {
      return now().error;
    },
    get loading() {
      return loading || held?.key !== key();
    },
    reload() {
      for (const each of alike()) each.again();
    },
    set(value: T) {
      keep(mine(), value);
      for (const each of alike()) each.take(value);
    },
  };
}

function keep(key: string, answer: unknown): void {
  seen.delete(key);
  seen.set(key, answer);
  if (seen.size > SEEN_MAX) seen.delete(seen.keys().next().value ?? '');
}
