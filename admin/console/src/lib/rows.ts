import type { ObjectEntry, ObjectPage, VersionEntry, VersionPage } from './api/types';

/** A line of the object browser. */
export type Row =
  | { kind: 'prefix'; id: string; key: string }
  | { kind: 'object'; id: string; key: string; entry: ObjectEntry }
  | { kind: 'version'; id: string; key: string; entry: VersionEntry };

export function objectRows(page: ObjectPage): Row[] {
  return [...prefixRows(page.prefixes), ...page.items.map((entry): Row => ({ kind: 'object', id: `o${entry.key}`, key: entry.key, entry }))];
}

/** Whether a row is the folder one is in itself: what keeps it there while it is empty. */
export function isFolderItself(row: Row, prefix: string): boolean {
  return row.kind === 'object' && row.key === prefix && prefix.endsWith('/') && row.entry.size === 0;
}

export function versionRows(page: VersionPage): Row[] {
  return [
    ...prefixRows(page.prefixes),
    ...page.items.map((entry): Row => ({ kind: 'version', id: `v${entry.version} ${entry.key}`, key: entry.key, entry })),
  ];
}

function prefixRows(prefixes: readonly string[]): Row[] {
  return prefixes.map((key): Row => ({ kind: 'prefix', id: `p${key}`, key }));
}

/** The part of a key that its row shows: what comes after the prefix one is in. */
export function shortName(key: string, prefix: string): string {
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

/** The steps from the bucket to a prefix. An empty step is a step: `a//b/` has three. */
export function steps(prefix: string): { name: string; prefix: string }[] {
  const found: { name: string; prefix: string }[] = [];
  let start = 0;
  for (let end = prefix.indexOf('/'); end >= 0; end = prefix.indexOf('/', start)) {
    found.push({ name: prefix.slice(start, end), prefix: prefix.slice(0, end + 1) });
    start = end + 1;
  }
  return found;
}

export type RowColumn = 'name' | 'size' | 'modified';

/** What a row is sorted by. Prefixes stay in front when names are sorted upwards, and have no size. */
export function rowValue(row: Row, by: RowColumn): string | number {
  if (by === 'name') return (row.kind === 'prefix' ? '0' : '1') + row.key;
  if (row.kind === 'prefix') return by === 'size' ? -1 : '';
  return by === 'size' ? (row.entry.size ?? 0) : row.entry.modified;
}
