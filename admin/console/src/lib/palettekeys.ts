import { objects } from './api/calls';

export interface FoundKey {
  kind: 'object' | 'folder';
  key: string;
}

const EACH = 6;

/**
 * What of a bucket begins with what was typed: from the root, and from the folder one is in. One level
 * of each, folders in front, as the object browser shows them.
 */
export async function keysBeginning(bucket: string, folder: string, typed: string, signal: AbortSignal): Promise<FoundKey[]> {
  const prefixes = [...new Set([folder + typed, typed])];
  const pages = await Promise.all(
    // Who may not list this one may still list the other.
    prefixes.map((prefix) => objects.list(bucket, { prefix, delimiter: '/', limit: EACH }, signal).catch(() => undefined)),
  );
  const found = pages.flatMap((page): FoundKey[] => [
    ...(page?.prefixes ?? []).map((key) => ({ kind: 'folder', key }) as const),
    ...(page?.items ?? []).map(({ key }) => ({ kind: 'object', key }) as const),
  ]);
  const seen = new Set<string>();
  return found.filter(({ key }) => !seen.has(key) && seen.add(key)).slice(0, EACH);
}
