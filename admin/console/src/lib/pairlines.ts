/** `name=value`, one a line. Undefined where a line is none. */
export function pairLines(text: string): [string, string][] | undefined {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf('=');
    return at < 1 ? ['', ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  return pairs.every(([name]) => name !== '') ? pairs : undefined;
}

/** The same where each name stands for one value: undefined as well where a name comes twice. */
export function tagLines(text: string): Record<string, string> | undefined {
  const pairs = pairLines(text);
  const tags = Object.fromEntries(pairs ?? []);
  return pairs && Object.keys(tags).length === pairs.length ? tags : undefined;
}

/** The same where a name may stand for several values, each on a line. */
export function valuesOf(pairs: readonly [string, string][]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

/** What has to be said to make one of the other: null takes away. What others did meanwhile stays. */
export function tagChanges(before: Record<string, string>, after: Record<string, string>): Record<string, string | null> {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const set = Object.entries(after).filter(([name, value]) => !Object.hasOwn(before, name) || before[name] !== value);
  return Object.fromEntries([...set, ...gone.map((name): [string, null] => [name, null])]);
}
