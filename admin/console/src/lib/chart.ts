import type { Rates } from './api/types';

/** What charts show of rates, by name. */
export function seriesOf(rates: readonly Rates[]): Record<string, number[]> {
  return {
    requests: rates.map(({ requests_per_second: { success, redirect, client_error, server_error } }) => success + redirect + client_error + server_error),
    errors: rates.map((each) => each.errors_per_second),
    in: rates.map((each) => each.received_bytes_per_second),
    out: rates.map((each) => each.sent_bytes_per_second),
    p50: rates.map((each) => (each.p50_seconds ?? 0) * 1000),
    p99: rates.map((each) => (each.p99_seconds ?? 0) * 1000),
  };
}

/** The values of the last seconds: new ones on the right, old ones fall out on the left. */
export function push(values: readonly number[], value: number, most: number): number[] {
  return [...values, value].slice(-most);
}

/** The next round number above a value (1, 2 or 5 times a power of ten): the top of an axis. */
export function top(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 5]) if (value <= step * power) return step * power;
  return 10 * power;
}

/** The path of a line through values, in a box; values are spread so that the last is at its right edge. */
export function line(values: readonly number[], most: number, highest: number, width: number, height: number): string {
  const step = width / Math.max(1, most - 1);
  const left = width - step * (values.length - 1);
  return values
    .map((value, index) => {
      const x = left + index * step;
      const y = height - (Math.min(value, highest) / highest) * height;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** The same line with the area beneath it. */
export function area(values: readonly number[], most: number, highest: number, width: number, height: number): string {
  if (values.length === 0) return '';
  const step = width / Math.max(1, most - 1);
  const left = width - step * (values.length - 1);
  return `${line(values, most, highest, width, height)}L${width} ${height}L${left.toFixed(1)} ${height}Z`;
}
