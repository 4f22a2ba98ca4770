// What was typed into forms that are part of a page, and is not saved. It stays while one looks at other
// pages, and the browser asks before it goes with the whole console. It lives in memory only: what is
// typed may be nobody else's business.
import { untrack } from 'svelte';
import { t } from './i18n/i18n.svelte';
import { toast } from './toasts.svelte';

interface Kept {
  what: unknown;
  /** Told to who leaves. */
  title: string;
}

const kept = new Map<string, Kept>();
/** Whose they are: whoever logs in next may be somebody else. */
let owner = '';
let count = $state(0);

export const drafts = {
  /** How many there are. */
  get count() {
    return count;
  },
  /** Lets them go with the page, after somebody has said so. */
  letGo(): void {
    kept.clear();
    tell();
  },
};

export function recall<T>(name: string): T | undefined {
  return kept.get(name)?.what as T | undefined;
}

export function keep(name: string, what: unknown, title: string): void {
  kept.set(name, { what, title });
  tell();
}

export function drop(name: string): void {
  if (kept.delete(name)) tell();
}

/** For whoever goes to another page: that it is there, and that it is not saved. */
export function left(name: string): void {
  const there = kept.get(name);
  if (there) toast(t('draft.kept', { title: there.title }));
}

/** Of what is no more: all whose names begin so. */
export function dropAll(front: string): void {
  for (const name of [...kept.keys()]) if (name.startsWith(front)) kept.delete(name);
  tell();
}

/** Keeps those of whoever was here before only for the same one. */
export function belongTo(who: string): void {
  if (who !== owner) kept.clear();
  owner = who;
  tell();
}

// Whoever keeps something is no reader of how much there is.
const tell = () => untrack(() => (count = kept.size));

addEventListener('beforeunload', (event) => {
  if (kept.size > 0) event.preventDefault();
});
