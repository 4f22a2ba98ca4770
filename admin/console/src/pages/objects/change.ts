// Changes many objects, one after the other: what was done can be undone where the server can do that.
import { objects } from '../../lib/api/calls';
import { keysOf } from '../../lib/beneath';
import { run } from '../../lib/bulk';
import { t } from '../../lib/i18n/i18n.svelte';
import { headersAfter, headersOf, isSame, isSameHeaders, isWeaker, tagsAfter, type Wanted } from '../../lib/properties';
import type { Row } from '../../lib/rows';

const PAGE = 1000;
const KEYS_MAX = 100_000;
/** Undoing remembers what there was. */
const UNDO_MAX = 10_000;

export interface Target {
  key: string;
  version?: string | undefined;
}

export interface Failure {
  key: string;
  error: unknown;
}

export interface Went {
  changed: number;
  /** What was so already. */
  same: number;
  failed: Failure[];
  failedTargets: Target[];
  /** Brings all that was changed back; not there where that cannot be. */
  undo?: (tell: (done: number) => void) => Promise<Failure[]>;
}

/** All that rows stand for. Delete markers are nothing that could be changed. */
export async function targetsOf(bucket: string, rows: readonly Row[], versions: boolean, signal: AbortSignal): Promise<Target[]> {
  const found: Target[] = [];
  const add = (target: Target) => {
    found.push(target);
    if (found.length > KEYS_MAX) throw new Error(t('bulk.too_many', { n: KEYS_MAX }));
  };
  if (!versions) {
    for await (const { key } of keysOf(bucket, rows, signal)) add({ key });
    return found;
  }
  for (const row of rows) {
    if (row.kind === 'version' && !row.entry.is_delete_marker) add({ key: row.key, version: row.entry.version });
    if (row.kind === 'prefix') for await (const target of versionsUnder(bucket, row.key, signal)) add(target);
  }
  return found;
}

async function* versionsUnder(bucket: string, prefix: string, signal: AbortSignal): AsyncGenerator<Target> {
  let cursor: string | undefined;
  do {
    const page = await objects.versions(bucket, { prefix, cursor, limit: PAGE }, signal);
    for (const entry of page.items) if (!entry.is_delete_marker) yield { key: entry.key, version: entry.version };
    cursor = page.next ?? undefined;
  } while (cursor);
}

type Back = { key: string; take: () => Promise<unknown> };
/** A change that was made, with its way back if it has one; nothing where it was so already. */
type Made = { back?: () => Promise<unknown> } | undefined;

async function one(bucket: string, { key, version }: Target, wanted: Wanted): Promise<Made> {
  const before = await objects.facts(bucket, key, version);
  switch (wanted.what) {
    case 'tags': {
      const { tags } = before;
      if (tags === null) throw new Error(t('object.tags_hidden'));
      const after = tagsAfter(tags, wanted.lines, wanted.only);
      if (isSame(tags, after)) return undefined;
      await objects.setTags(bucket, key, after, version);
      return { back: () => objects.setTags(bucket, key, tags, version) };
    }
    case 'details': {
      const after = headersAfter(before, wanted.lines, wanted.only);
      if (isSameHeaders(before, after)) return undefined;
      await objects.setMetadata(bucket, key, after);
      return { back: () => objects.setMetadata(bucket, key, headersOf(before)) };
    }
    case 'retention': {
      const { lock } = wanted;
      if (lock.mode === before.lock.mode && Date.parse(lock.until ?? '') === Date.parse(before.lock.until ?? '')) return undefined;
      if (lock.mode === null && before.lock.mode === null) return undefined;
      await objects.setRetention(bucket, key, version, lock, wanted.bypass && isWeaker(before, lock));
      return {};
    }
    case 'hold': {
      if (before.lock.legal_hold === wanted.on) return undefined;
      await objects.setHold(bucket, key, version, wanted.on);
      return { back: () => objects.setHold(bucket, key, version, !wanted.on) };
    }
  }
}

export async function changeAll(bucket: string, targets: readonly Target[], wanted: Wanted, tell: (done: number) => void, signal: AbortSignal): Promise<Went> {
  const backs: Back[] = [];
  let changed = 0;
  let canUndo = true;
  const went = await run(
    targets,
    async (target) => {
      const made = await one(bucket, target, wanted);
      if (!made) return;
      changed += 1;
      if (made.back && backs.length < UNDO_MAX) backs.push({ key: target.key, take: made.back });
      else canUndo = false;
    },
    tell,
    signal,
  );
  const isDone = new Set(went.done);
  const failed = new Set(went.failed.map(({ step }) => step));
  return {
    changed,
    same: isDone.size - changed,
    failed: went.failed,
    failedTargets: targets.filter((target) => failed.has(target)),
    ...(canUndo && backs.length > 0 ? { undo: async (told: (done: number) => void) => (await run(backs, (back) => back.take(), told, new AbortController().signal)).failed } : {}),
  };
}
