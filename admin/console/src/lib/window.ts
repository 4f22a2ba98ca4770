// Which rows of a long list are drawn. Browsers stop at some ten million pixels, so that a longer
// list is drawn in a shorter box, through which one scrolls faster.

const BOX_PX_MAX = 8_000_000;
/** Rows drawn beyond either edge, so that quick scrolling shows no gap. */
const BEYOND = 8;

export interface Window {
  first: number;
  /** One after the last. */
  end: number;
  /** Where the first row stands in the box. */
  offset: number;
  /** The height of the box. */
  box: number;
}

export function windowOf(scrolled: number, view: number, count: number, row: number): Window {
  const whole = count * row;
  const box = Math.min(whole, BOX_PX_MAX);
  const top = box > view ? Math.min(Math.max(scrolled, 0), box - view) : 0;
  const at = box > view ? (top * (whole - view)) / (box - view) : 0;
  const first = Math.max(0, Math.floor(at / row) - BEYOND);
  const end = Math.min(count, Math.ceil((at + view) / row) + BEYOND);
  return { first, end, offset: top - (at - first * row), box };
}

/** Where to scroll so that a row is in sight; what is in sight already stays where it is. */
export function scrollFor(index: number, scrolled: number, view: number, count: number, row: number): number {
  const whole = count * row;
  const box = Math.min(whole, BOX_PX_MAX);
  if (box <= view) return 0;
  const scale = (whole - view) / (box - view);
  const at = scrolled * scale;
  if (index * row < at) return (index * row) / scale;
  if ((index + 1) * row > at + view) return ((index + 1) * row - view) / scale;
  return scrolled;
}
