import { objects, type VersionOf } from '../../lib/api/calls';
import { whileLoggedIn } from '../../lib/api/client';
import { explain, refusalOf } from '../../lib/api/error';
import { run } from '../../lib/bulk';
import { t } from '../../lib/i18n/i18n.svelte';
import type { Row } from '../../lib/rows';
import { toast } from '../../lib/toasts.svelte';
import { underway } from '../../lib/underway.svelte';

const KEYS_A_REQUEST = 1000;

/**
 * Brings versions back: an old one becomes the current one again, what was deleted loses its marker, and
 * beneath a prefix all that was deleted does.
 */
export function restoreRows(bucket: string, rows: readonly Row[], tell: (text: string) => void): Promise<void> {
  return underway.during(restored(bucket, rows, tell));
}

async function restored(bucket: string, rows: readonly Row[], tell: (text: string) => void): Promise<void> {
  const signal = whileLoggedIn();
  let count = 0;
  const failed: { key: string; why: string }[] = [];
  const say = (more: number) => tell(t('restore.so_far', { n: count + more }));
  try {
    for await (const batch of markers(bucket, rows, signal)) {
      signal.throwIfAborted();
      const answer = await objects.remove(bucket, batch);
      for (const { key, error } of answer.items) if (error) failed.push({ key, why: explain(refusalOf(error)) });
      count += answer.items.filter((item) => !item.error).length;
      say(0);
    }
    const old = rows.flatMap((row) => (row.kind === 'version' && !row.entry.is_latest && !row.entry.is_delete_marker ? [{ key: row.key, version: row.entry.version }] : []));
    const went = await run(old, (one) => objects.restore(bucket, one.key, one.version), say, signal);
    count += went.done.length;
    failed.push(...went.failed.map(({ key, error }) => ({ key, why: explain(error) })));
  } catch (error) {
    if (signal.aborted) return;
    toast(explain(error), { tone: 'bad' });
  }
  const first = failed[0];
  if (first) toast(t('restore.failed', { n: failed.length, key: first.key, why: first.why }), { tone: 'bad' });
  if (count > 0 || !first) toast(t('restore.done', { n: count }), { tone: count > 0 ? 'good' : 'plain' });
}

/** The delete markers that hide what rows stand for. */
async function* markers(bucket: string, rows: readonly Row[], signal: AbortSignal): AsyncGenerator<VersionOf[]> {
  const single = rows.flatMap((row) => (row.kind === 'version' && row.entry.is_latest && row.entry.is_delete_marker ? [{ key: row.key, version: row.entry.version }] : []));
  for (let at = 0; at < single.length; at += KEYS_A_REQUEST) yield single.slice(at, at + KEYS_A_REQUEST);
  for (const row of rows) {
    if (row.kind !== 'prefix') continue;
    let cursor: string | undefined;
    do {
      const page = await objects.versions(bucket, { prefix: row.key, cursor, limit: KEYS_A_REQUEST }, signal);
      const hidden = page.items.filter((entry) => entry.is_latest && entry.is_delete_marker).map(({ key, version }) => ({ key, version }));
      if (hidden.length > 0) yield hidden;
      cursor = page.next ?? undefined;
    } while (cursor);
  }
}
