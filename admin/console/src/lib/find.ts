/**
 * How well a text answers what was typed: letters in order, better at the start of words and side by
 * side. Zero is no answer at all.
 */
export function fits(text: string, typed: string): number {
  const wanted = typed.toLowerCase().replace(/\s+/g, '');
  if (wanted === '') return 1;
  const within = text.toLowerCase();
  let score = 0;
  let at = 0;
  let before = -2;
  for (const letter of wanted) {
    const found = within.indexOf(letter, at);
    if (found < 0) return 0;
    const startsWord = found === 0 || !/[a-z0-9]/.test(within[found - 1] ?? '');
    score += found === before + 1 ? 3 : startsWord ? 2 : 1;
    before = found;
    at = found + 1;
  }
  // Of two that fit alike, the shorter one was meant.
  return score + 1 / (1 + within.length);
}

export function best<T>(all: readonly T[], text: (one: T) => string, typed: string, most: number): T[] {
  return all
    .map((one) => ({ one, score: fits(text(one), typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ one }) => one);
}
