// A boundary allows nothing by itself: it is the upper limit of what others allow. What it leaves of a
// statement, as far as that can be told from the patterns alone.
import type { Said } from './api/types';

export type Left = 'all' | 'some' | 'none';

/** What a boundary's statements leave of one that allows something. */
export function leftOf(allowed: Said, boundary: readonly Said[]): Left {
  const limits = boundary.filter((each) => each.effect === 'allow' && !each.condition_fails);
  const denials = boundary.filter((each) => each.effect === 'deny');
  // What is said by "all but" and under conditions cannot be weighed at a glance: then it is in part.
  const isWhole = (limit: Said) => isPlain(limit) && limit.condition === null && isPlain(allowed) && covers(limit.actions, allowed.actions, true) && covers(limit.resources, allowed.resources, false);
  if (limits.some(isWhole) && !denials.some((denial) => meets(denial, allowed))) return 'all';
  return limits.some((limit) => meets(limit, allowed)) ? 'some' : 'none';
}

const isPlain = (says: Said) => says.not_actions.length === 0 && says.not_resources.length === 0;

/** Whether there may be a request that both are about. */
function meets(one: Said, other: Said): boolean {
  const actions = one.not_actions.length > 0 || other.not_actions.length > 0 || one.actions.some((each) => other.actions.some((action) => overlap(each.toLowerCase(), action.toLowerCase())));
  const resources = one.not_resources.length > 0 || other.not_resources.length > 0 || one.resources.some((each) => other.resources.some((resource) => overlap(each, resource)));
  return actions && resources;
}

function covers(outer: readonly string[], inner: readonly string[], anyCase: boolean): boolean {
  const as = (pattern: string) => (anyCase ? pattern.toLowerCase() : pattern);
  return inner.every((each) => outer.some((pattern) => within(as(each), as(pattern))));
}

/** Whether all that the one pattern fits the other fits as well: a star is taken by a star only. */
export function within(inner: string, outer: string): boolean {
  return fit(inner, outer, (a, b) => a === b || (b === '?' && a !== '*'), false);
}

/** Whether something may fit both patterns: what a variable stands for is not known here. */
export function overlap(one: string, other: string): boolean {
  const open = (pattern: string) => pattern.replace(/\$\{[^}]*\}/g, '*');
  return fit(open(one), open(other), (a, b) => a === b || a === '?' || b === '?', true);
}

/** Runs along both patterns at once; stars of the second take what they can, and of the first where `both` is set. */
function fit(one: string, other: string, same: (a: string, b: string) => boolean, both: boolean): boolean {
  // The row for a beginning of `one`: which beginnings of `other` it fits.
  let row = Array.from({ length: other.length + 1 }, (_, at) => /^\**$/.test(other.slice(0, at)));
  for (const a of one.split('')) {
    const next: boolean[] = [both && a === '*' && row[0] === true];
    for (const [at, b] of other.split('').entries()) {
      const here = row[at + 1] === true;
      const star = b === '*' && (here || next[at] === true);
      const ofFirst = both && a === '*' && (here || next[at] === true);
      next.push(star || ofFirst || (row[at] === true && same(a, b)));
    }
    row = next;
  }
  return row[other.length] === true;
}
