export interface Fact {
  name: string;
  value: string | number;
}

/** What was found, each a line. */
export interface Findings {
  name: string;
  lines: string[];
  /** How many there are beyond those that the server has kept. */
  more: number;
}

export interface Report {
  facts: Fact[];
  findings: Findings[];
}

/** A report as it is shown: its values by their names, and its lists line by line. Whether it was cut short is said by its state. */
export function reportOf(report: Record<string, unknown> | null): Report {
  const made: Report = { facts: [], findings: [] };
  for (const [name, value] of Object.entries(report ?? {})) {
    if (value === null || typeof value === 'boolean' || (Array.isArray(value) && value.length === 0)) continue;
    if (Array.isArray(value)) made.findings.push({ name, lines: value.map(text), more: Math.max(0, totalOf(name, report ?? {}) - value.length) });
    else made.facts.push({ name, value: typeof value === 'number' ? value : text(value) });
  }
  return made;
}

/** How many there are of what a list shows the first of. */
function totalOf(name: string, report: Record<string, unknown>): number {
  const total = report[name === 'failures' ? 'failed' : `${name}_total`];
  return typeof total === 'number' ? total : 0;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(text).join(', ');
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value)
    .filter(([, each]) => !Array.isArray(each) || each.length > 0)
    .map(([name, each]) => `${name}: ${text(each)}`)
    .join(', ');
}
