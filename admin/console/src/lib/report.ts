export interface Fact {
  name: string;
  value: string | number;
}

const LIST_MAX = 20;

/** A report as lines: what it holds, one level deep, in its own words. */
export function factsOf(report: Record<string, unknown> | null): Fact[] {
  const found: Fact[] = [];
  for (const [name, value] of Object.entries(report ?? {})) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    if (typeof value === 'number' || typeof value === 'string') found.push({ name, value });
    else if (Array.isArray(value)) value.slice(0, LIST_MAX).forEach((each, at) => found.push({ name: `${name} ${at + 1}`, value: text(each) }));
    else found.push({ name, value: text(value) });
  }
  return found;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value).map(([name, each]) => `${name}: ${text(each)}`).join(', ');
}
