import { ApiError } from './api/error';
import { tokensOf, type Place, type Token } from './tokens';

export type { Place };

/**
 * Where in a document the server found fault: by the path it names (`Rules.0.Expiration.Days`), or
 * else by the words of what it says that stand in the document, as policies are refused in Amazon's words.
 */
export function faultIn(text: string, error: unknown): Place | undefined {
  if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) return undefined;
  const tokens = tokensOf(text);
  const path = fieldOf(error);
  const named = path ? tokens.find((token) => token.path === path) : undefined;
  const found = named ?? spoken(tokens, error.message);
  return found && { start: found.start, end: found.end, line: text.slice(0, found.start).split('\n').length };
}

/** What of a document the server names as wrong, by the path that leads to it. */
export function fieldOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || !error.field) return undefined;
  return error.field.replace(/^(document|restriction|policy)\./, '');
}

function spoken(tokens: readonly Token[], message: string): Token | undefined {
  const words = message.match(/[\w:*.\/-]{3,}/g)?.reverse() ?? [];
  for (const word of words) {
    const exact = tokens.find((token) => token.text === word);
    if (exact) return exact;
  }
  const small = new Set(words.map((word) => word.toLowerCase()));
  return tokens.find((token) => small.has(token.text.toLowerCase()));
}
