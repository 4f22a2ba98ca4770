import { objects, type VersionOf } from '../../lib/api/calls';
import { explain, refusalOf } from '../../lib/api/error';
import type { Bucket, DeleteOutcome } from '../../lib/api/types';
import { confirm } from '../../lib/confirm.svelte';
import { t } from '../../lib/i18n/i18n.svelte';
import type { Row } from '../../lib/rows';
import { toast } from '../../lib/toasts.svelte';

const KEYS_A_REQUEST = 1000;
/** Undoing remembers what was deleted; beyond this the versions page is the way. */
const UNDO_MAX = 10_000;

/**
 * Asks, deletes, and offers to undo where the bucket kept what was deleted. True if something was
 * deleted. `tell` hears how far it is, `undone` is called after an undo.
 */
export async function removeRows(
  bucket: Bucket,
  rows: readonly Row[],
  versions: boolean,
  tell: (text: string) => void,
  undone: () => void,
): Promise<boolean> {
  const kept = bucket.versioning === 'enabled' && !versions;
  const hasPrefixes = rows.some((row) => row.kind === 'prefix');
  // What can be undone needs no question, unless its extent cannot be seen.
  if ((!kept || hasPrefixes) && !(await confirm(question(bucket, rows, kept, hasPrefixes)))) return false;
  const outcomes: DeleteOutcome[] = [];
  let count = 0;
  try {
    for await (const batch of batches(bucket.name, rows, versions)) {
      const answer = await objects.remove(bucket.name, batch);
      if (outcomes.length < UNDO_MAX) outcomes.push(...answer.items);
      count += batch.length;
      tell(t('objects.deleting', { n: count }));
    }
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
    return count > 0;
  }
  report(bucket.name, outcomes, count, kept, undone);
  return true;
}

function question(bucket: Bucket, rows: readonly Row[], kept: boolean, hasPrefixes: boolean) {
  const text = hasPrefixes ? t('objects.delete_prefix') : kept ? '' : t('objects.delete_final');
  return {
    title: rows.length === 1 && rows[0] ? t('objects.delete_one_title', { key: rows[0].key }) : t('objects.delete_title', { n: rows.length }),
    text: kept ? `${text} ${t('objects.delete_kept')}` : text,
    action: t('objects.delete'),
    ...(hasPrefixes && !kept ? { typed: bucket.name } : {}),
  };
}

async function* batches(bucket: string, rows: readonly Row[], versions: boolean): AsyncGenerator<VersionOf[]> {
  const single: VersionOf[] = rows.flatMap((row) =>
    row.kind === 'object' ? [{ key: row.key }] : row.kind === 'version' ? [{ key: row.key, version: row.entry.version }] : [],
  );
  for (let at = 0; at < single.length; at += KEYS_A_REQUEST) yield single.slice(at, at + KEYS_A_REQUEST);
  for (const row of rows) if (row.kind === 'prefix') yield* under(bucket, row.key, versions);
}

async function* under(bucket: string, prefix: string, versions: boolean): AsyncGenerator<VersionOf[]> {
  let cursor: string | undefined;
  do {
    const wanted = { prefix, cursor, limit: KEYS_A_REQUEST };
    const page = versions ? await objects.versions(bucket, wanted) : await objects.list(bucket, wanted);
    const keys = page.items.map((item) => ('version' in item ? { key: item.key, version: item.version } : { key: item.key }));
    if (keys.length > 0) yield keys;
    cursor = page.next ?? undefined;
  } while (cursor);
}

function report(bucket: string, outcomes: DeleteOutcome[], count: number, kept: boolean, undone: () => void): void {
  const failed = outcomes.filter((outcome) => outcome.error);
  const first = failed[0];
  if (first?.error) {
    toast(t('objects.delete_failed', { n: failed.length, key: first.key, why: explain(refusalOf(first.error)) }), { tone: 'bad' });
    return;
  }
  const markers = outcomes.flatMap((outcome) => (outcome.delete_marker ? [{ key: outcome.key, version: outcome.delete_marker }] : []));
  const canUndo = kept && markers.length === count;
  toast(t('objects.deleted', { n: count }), canUndo ? { tone: 'good', undo: () => void undo(bucket, markers, undone) } : { tone: 'good' });
}

async function undo(bucket: string, markers: VersionOf[], undone: () => void): Promise<void> {
  try {
    for (let at = 0; at < markers.length; at += KEYS_A_REQUEST) await objects.remove(bucket, markers.slice(at, at + KEYS_A_REQUEST));
    toast(t('objects.undone', { n: markers.length }), { tone: 'good' });
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
  undone();
}
