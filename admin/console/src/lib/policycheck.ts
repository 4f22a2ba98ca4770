// Actions in a policy that the server has never heard of: it keeps them, as Amazon does, and they allow nothing.
import { ACTIONS } from './actionnames';
import { tokensOf, type Place } from './tokens';

export interface Unknown extends Place {
  action: string;
  /** What was likely meant. */
  near: string | undefined;
}

const UNKNOWN_MAX = 5;
/** How many signs may differ for one name to be taken for another. */
const NEAR_MAX = 3;
const OF_ACTIONS = /(^|\.)(Not)?Action(\.\d+)?$/;

/** Each action, or pattern of actions, that fits none of the known ones, where it stands. */
export function unknownActions(text: string): Unknown[] {
  const values = tokensOf(text).filter((token) => OF_ACTIONS.test(token.path) && !/^(Not)?Action$/.test(token.text));
  const unknown = values.filter((token) => !isKnown(token.text));
  return unknown.slice(0, UNKNOWN_MAX).map(({ text: action, start, end }) => ({
    action,
    near: nearest(action),
    start,
    end,
    line: text.slice(0, start).split('\n').length,
  }));
}

function isKnown(action: string): boolean {
  if (action === '*') return true;
  const [service = '', name] = split(action);
  if (name === undefined) return false;
  const services = [...ACTIONS].filter(([each]) => fits(each, service));
  return services.some(([, names]) => names.some((each) => fits(each, name)));
}

const split = (action: string) => {
  const at = action.indexOf(':');
  return at < 0 ? [action] : [action.slice(0, at), action.slice(at + 1)];
};

/**
 * As policies compare actions: whatever the case, with `*` and `?`. By hand, since an expression of
 * many stars tries every way to share a name out among them, and never ends.
 */
function fits(name: string, pattern: string): boolean {
  const [signs, wanted] = [name.toLowerCase(), pattern.toLowerCase()];
  let [at, of] = [0, 0];
  // The last star, and how much it stands for so far: no earlier one ever has to stand for more.
  let star = -1;
  let taken = 0;
  while (at < signs.length) {
    if (wanted[of] === '*') {
      star = of;
      taken = at;
      of += 1;
    } else if (of < wanted.length && (wanted[of] === '?' || wanted[of] === signs[at])) {
      at += 1;
      of += 1;
    } else if (star >= 0) {
      taken += 1;
      at = taken;
      of = star + 1;
    } else return false;
  }
  return /^\**$/.test(wanted.slice(of));
}

function nearest(action: string): string | undefined {
  const [service = '', name] = split(action);
  // Without its service it may still be one.
  const wanted = (name ?? service).replace(/[*?]/g, '').toLowerCase();
  if (wanted.length < 4) return undefined;
  let best: { is: string; away: number } | undefined;
  for (const [of, names] of ACTIONS) {
    if (name !== undefined && of !== service.toLowerCase()) continue;
    for (const each of names) {
      const away = distance(wanted, each.toLowerCase());
      if (away <= NEAR_MAX && (!best || away < best.away)) best = { is: `${of}:${each}`, away };
    }
  }
  return best?.is;
}

/** How many signs have to be put in, taken out or changed. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > NEAR_MAX) return NEAR_MAX + 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
