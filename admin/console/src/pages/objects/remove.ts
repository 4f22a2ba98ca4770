import type { Allowed } from '../../lib/allowed';
import { objects, type Force, type VersionOf } from '../../lib/api/calls';
import { whileLoggedIn } from '../../lib/api/client';
import { explain, refusalOf } from '../../lib/api/error';
import type { Bucket, DeleteOutcome } from '../../lib/api/types';
import { confirm, type Question } from '../../lib/confirm.svelte';
import { confirmDeletion } from '../../lib/governance';
import { t } from '../../lib/i18n/i18n.svelte';
import type { Row } from '../../lib/rows';
import { toast } from '../../lib/toasts.svelte';
import { underway } from '../../lib/underway.svelte';

const KEYS_A_REQUEST = 1000;
/** Undoing remembers what was deleted; beyond this the versions page is the way. */
const UNDO_MAX = 10_000;

/**
 * Asks, deletes, and offers to undo where the bucket kept what was deleted. Answers with the rows of which
 * nothing is left. `tell` hears how far it is, `undone` is called after an undo.
 */
export async function removeRows(
  bucket: Bucket,
  may: Allowed,
  rows: readonly Row[],
  versions: boolean,
  tell: (text: string) => void,
  undone: () => void,
): Promise<Row[]> {
  const kept = bucket.versioning === 'enabled' && !versions;
  const hasPrefixes = rows.some((row) => row.kind === 'prefix');
  // What can be undone needs no question, unless its extent cannot be seen.
  const asked = kept && !hasPrefixes ? undefined : question(bucket, rows, kept, hasPrefixes);
  const how = await howFar(bucket, may, versions, asked);
  if (!how) return [];
  return underway.during(deleteRows(bucket.name, rows, versions, how, { kept, tell, undone }));
}

interface Telling {
  kept: boolean;
  tell: (text: string) => void;
  undone: () => void;
}

async function deleteRows(bucket: string, rows: readonly Row[], versions: boolean, how: Force, { kept, tell, undone }: Telling): Promise<Row[]> {
  const session = whileLoggedIn();
  const went: Went = { count: 0, markers: [], failed: 0, first: undefined };
  const gone: Row[] = [];
  try {
    for (const { of, batches } of parts(bucket, rows, versions)) {
      const refused = new Set<string>();
      for await (const batch of batches) {
        session.throwIfAborted();
        const answer = await objects.remove(bucket, batch, how);
        for (const outcome of take(answer.items, went)) refused.add(nameOf(outcome));
        tell(t('objects.deleting', { n: went.count }));
      }
      gone.push(...of.filter((row) => (row.kind === 'prefix' ? refused.size === 0 : !refused.has(nameOf(single(row))))));
    }
  } catch (error) {
    if (!session.aborted) toast(explain(error), { tone: 'bad' });
    return gone;
  }
  report(bucket, went, kept, undone);
  return gone;
}

/** What is locked is a version: a delete marker over it takes no further right. */
async function howFar(bucket: Bucket, may: Allowed, versions: boolean, asked: Question | undefined): Promise<Force | undefined> {
  if (!asked) return {};
  if (versions) return confirmDeletion(bucket, may, asked);
  return (await confirm(asked)) ? {} : undefined;
}

/** What has been done so far: of hundreds of thousands, no more is kept than can be undone. */
interface Went {
  count: number;
  markers: VersionOf[];
  failed: number;
  first: DeleteOutcome | undefined;
}

const nameOf = ({ key, version }: { key: string; version?: string | null | undefined }) => `${version ?? ''} ${key}`;

/** Counts what a request has done. Answers with what it has not. */
function take(outcomes: readonly DeleteOutcome[], went: Went): DeleteOutcome[] {
  const failed = outcomes.filter((outcome) => outcome.error);
  went.count += outcomes.length - failed.length;
  went.failed += failed.length;
  went.first ??= failed[0];
  for (const { key, delete_marker } of outcomes) if (delete_marker && went.markers.length < UNDO_MAX) went.markers.push({ key, version: delete_marker });
  return failed;
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

/** Rows that go together, and what is asked for them. Of a prefix nothing is left when nothing beneath it was refused. */
function* parts(bucket: string, rows: readonly Row[], versions: boolean): Generator<{ of: readonly Row[]; batches: Iterable<VersionOf[]> | AsyncIterable<VersionOf[]> }> {
  const alone = rows.filter((row) => row.kind !== 'prefix');
  for (let at = 0; at < alone.length; at += KEYS_A_REQUEST) {
    const of = alone.slice(at, at + KEYS_A_REQUEST);
    yield { of, batches: [of.map(single)] };
  }
  for (const row of rows) if (row.kind === 'prefix') yield { of: [row], batches: under(bucket, row.key, versions) };
}

const single = (row: Row): VersionOf => (row.kind === 'version' ? { key: row.key, version: row.entry.version } : { key: row.key });

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

function report(bucket: string, { count, markers, failed, first }: Went, kept: boolean, undone: () => void): void {
  if (first?.error) {
    toast(t('objects.delete_failed', { n: failed, key: first.key, why: explain(refusalOf(first.error)) }), { tone: 'bad' });
    return;
  }
  const canUndo = kept && markers.length === count;
  toast(t('objects.deleted', { n: count }), canUndo ? { tone: 'good', undo: () => void undo(bucket, markers, undone) } : { tone: 'good' });
}

async function undo(bucket: string, markers: VersionOf[], undone: () => void): Promise<void> {
  const session = whileLoggedIn();
  try {
    for (let at = 0; at < markers.length && !session.aborted; at += KEYS_A_REQUEST) await objects.remove(bucket, markers.slice(at, at + KEYS_A_REQUEST));
    toast(t('objects.undone', { n: markers.length }), { tone: 'good' });
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
  undone();
}
