// What is changed of many objects: what each becomes, and what it takes to bring it back.
import type { Headers, ObjectFacts } from './api/types';

export const HEADER_FIELDS = ['content_type', 'cache_control', 'content_disposition', 'content_encoding', 'content_language', 'expires'] as const;
export type HeaderField = (typeof HEADER_FIELDS)[number];
export type Field = 'tag' | 'metadata' | HeaderField;

/** One line of what is to be done: a tag, a header or a piece of metadata that is set or taken away. */
export interface Line {
  how: 'set' | 'remove';
  field: Field;
  name: string;
  value: string;
}

export type Lock = { mode: 'GOVERNANCE' | 'COMPLIANCE'; until: string } | { mode: null; until: null };

export type Wanted =
  | { what: 'tags'; lines: readonly Line[]; only: boolean }
  | { what: 'details'; lines: readonly Line[]; only: boolean }
  | { what: 'retention'; lock: Lock; bypass: boolean }
  | { what: 'hold'; on: boolean };

export const isNamed = (line: Line) => line.field === 'tag' || line.field === 'metadata';
/** Names of metadata are headers, whose case nobody keeps. */
const nameOf = (line: Line) => (line.field === 'tag' ? line.name : isNamed(line) ? line.name.trim().toLowerCase() : line.field);

/** What keeps lines from being carried out. */
export function wrongLine(lines: readonly Line[], only: boolean): 'none' | 'unnamed' | 'twice' | 'empty' | undefined {
  if (lines.length === 0 && !only) return 'none';
  const names = lines.map((line) => `${line.field === 'metadata' ? 'm' : ''} ${nameOf(line)}`);
  if (lines.some((line) => isNamed(line) && nameOf(line) === '')) return 'unnamed';
  // A tag may have an empty value. A header that is there and empty is none.
  if (lines.some((line) => line.how === 'set' && line.field !== 'tag' && line.value.trim() === '')) return 'empty';
  return new Set(names).size < names.length ? 'twice' : undefined;
}

export function tagsAfter(before: Record<string, string>, lines: readonly Line[], only: boolean): Record<string, string> {
  const after = new Map(only ? [] : Object.entries(before));
  for (const line of lines) {
    if (line.how === 'set') after.set(line.name, line.value);
    else after.delete(line.name);
  }
  return Object.fromEntries(after);
}

export const headersOf = ({ content_type, content_encoding, content_language, content_disposition, cache_control, expires, metadata }: Headers): Headers => ({
  content_type, content_encoding, content_language, content_disposition, cache_control, expires, metadata,
});

/** `only`: what else there is of metadata goes. Headers stay, they are not named but known. */
export function headersAfter(before: Headers, lines: readonly Line[], only: boolean): Headers {
  const after: Headers = { ...headersOf(before), metadata: only ? {} : { ...before.metadata } };
  for (const line of lines) {
    if (line.field === 'tag') continue;
    if (line.field !== 'metadata') after[line.field] = line.how === 'set' ? line.value.trim() : null;
    else if (line.how === 'set') after.metadata[nameOf(line)] = line.value;
    else delete after.metadata[nameOf(line)];
  }
  return after;
}

const sorted = (of: Record<string, string>) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
export const isSame = (a: Record<string, string>, b: Record<string, string>) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
export function isSameHeaders(a: Headers, b: Headers): boolean {
  return HEADER_FIELDS.every((field) => (a[field] ?? '') === (b[field] ?? '')) && isSame(a.metadata, b.metadata);
}

/** Whether a lock would be weaker than it is: that takes a permission, or cannot be. */
export function isWeaker(object: ObjectFacts, lock: Lock): boolean {
  const { mode, until } = object.lock;
  if (!mode || !until || Date.parse(until) <= Date.now()) return false;
  return lock.mode === null || (mode === 'COMPLIANCE' && lock.mode !== 'COMPLIANCE') || Date.parse(lock.until) < Date.parse(until);
}
