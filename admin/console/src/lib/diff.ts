// Two texts side by side, line by line.

export interface DiffRow {
  kind: 'same' | 'changed' | 'removed' | 'added' | 'skipped';
  left?: string;
  right?: string;
  /** Lines that are the same and left out. */
  count?: number;
}

/** Above this many pairs of lines, what lies between the first and the last difference counts as changed. */
const PAIRS_MAX = 4_000_000;
/** Lines shown around a difference. */
const AROUND = 3;

export function diff(before: string, after: string): DiffRow[] {
  const left = before.split('\n');
  const right = after.split('\n');
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let tail = 0;
  while (tail < left.length - start && tail < right.length - start && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  const same = (line: string): DiffRow => ({ kind: 'same', left: line, right: line });
  return [
    ...left.slice(0, start).map(same),
    ...middle(left.slice(start, left.length - tail), right.slice(start, right.length - tail)),
    ...left.slice(left.length - tail).map(same),
  ];
}

function middle(left: string[], right: string[]): DiffRow[] {
  if (left.length * right.length > PAIRS_MAX) return paired(left, right);
  // The longest run of common lines from each pair of places on.
  const width = right.length + 1;
  const longest = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = left[i] === right[j]
        ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const rows: DiffRow[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const settle = () => {
    rows.push(...paired(gone, come));
    gone = [];
    come = [];
  };
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const one = left[i];
    const other = right[j];
    if (one !== undefined && one === other) {
      settle();
      rows.push({ kind: 'same', left: one, right: one });
      i += 1;
      j += 1;
    } else if (other === undefined || (one !== undefined && (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))) {
      gone.push(one ?? '');
      i += 1;
    } else {
      come.push(other);
      j += 1;
    }
  }
  settle();
  return rows;
}

/** What went and what came in its place, beside each other. */
function paired(gone: string[], come: string[]): DiffRow[] {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => {
    const left = gone[at];
    const right = come[at];
    if (left === undefined) return { kind: 'added', right: right ?? '' };
    return right === undefined ? { kind: 'removed', left } : { kind: 'changed', left, right };
  });
}

/** The same without long runs of lines that are the same. */
export function folded(rows: readonly DiffRow[]): DiffRow[] {
  const near = rows.map(() => false);
  rows.forEach((row, at) => {
    if (row.kind === 'same') return;
    for (let each = at - AROUND; each <= at + AROUND; each += 1) if (each >= 0 && each < near.length) near[each] = true;
  });
  const shown: DiffRow[] = [];
  rows.forEach((row, at) => {
    const last = shown.at(-1);
    if (near[at]) shown.push(row);
    else if (last?.kind === 'skipped') last.count = (last.count ?? 0) + 1;
    else shown.push({ kind: 'skipped', count: 1 });
  });
  return shown;
}
