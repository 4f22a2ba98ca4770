export type Values = Record<string, string | number>;

/**
 * Puts values into a text: `{name}` is the value, `{n|object|objects}` the word that fits the number.
 * Values are taken as they are; whoever shows the text makes a text node of it.
 */
export function fill(text: string, values: Values, language: string): string {
  return text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one !== undefined && many !== undefined) return value === 1 ? one : many;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

/** The names a text wants values for, for the test that compares languages. */
export function wanted(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ''))].sort();
}
