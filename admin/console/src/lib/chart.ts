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

/** A value that nobody knows has no line: not to be heard from is not to do nothing. */
export type Value = number | undefined;

/** The values of the last seconds: new ones on the right, old ones fall out on the left. */
export function push(values: readonly Value[], value: Value, most: number): Value[] {
  return [...values, value].slice(-most);
}

/** The same after so many that nobody knows. */
export function after(values: readonly Value[], unknown: number, most: number): Value[] {
  const gap = Array<Value>(Math.min(Math.max(0, unknown), most)).fill(undefined);
  return [...values, ...gap].slice(-most);
}

/** The next round number above a value (1, 2 or 5 times a power of ten): the top of an axis. */
export function top(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 5]) if (value <= step * power) return step * power;
  return 10 * power;
}

interface Point {
  x: number;
  y: number;
}

/** What is known without a break, in a box; values are spread so that the last is at its right edge. */
function pieces(values: readonly Value[], most: number, highest: number, width: number, height: number): Point[][] {
  const step = width / Math.max(1, most - 1);
  const left = width - step * (values.length - 1);
  const found: Point[][] = [];
  let piece: Point[] | undefined;
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      piece = undefined;
      continue;
    }
    if (!piece) found.push((piece = []));
    piece.push({ x: left + index * step, y: height - (Math.min(value, highest) / highest) * height });
  }
  return found;
}

const through = (piece: readonly Point[]) => piece.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** The path of a line through values, which breaks where there are none. */
export function line(values: readonly Value[], most: number, highest: number, width: number, height: number): string {
  return pieces(values, most, highest, width, height).map(through).join('');
}

/** The same line with the area beneath it. */
export function area(values: readonly Value[], most: number, highest: number, width: number, height: number): string {
  return pieces(values, most, highest, width, height)
    .map((piece) => `${through(piece)}L${piece.at(-1)?.x.toFixed(1)} ${height}L${piece[0]?.x.toFixed(1)} ${height}Z`)
    .join('');
}
