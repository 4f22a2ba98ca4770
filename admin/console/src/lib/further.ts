/**
 * What has been loaded beyond a first page that is looked at again and again: without what has moved up into
 * that page meanwhile, which would be there twice.
 */
export function further<T>(first: readonly T[], more: readonly T[], id: (one: T) => string): T[] {
  const there = new Set(first.map(id));
  return more.filter((one) => !there.has(id(one)));
}
