import { ApiError } from './api/error';

/** A part of a document's text. */
export interface Place {
  start: number;
  end: number;
  line: number;
}

/**
 * Where in a document the server found fault: by the path it names (`Rules.0.Expiration.Days`), or
 * else by the words of what it says that stand in the document, as policies are refused in Amazon's words.
 */
export function faultIn(text: string, error: unknown): Place | undefined {
  if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) return undefined;
  const tokens = tokensOf(text);
  const path = (error.field ?? '').replace(/^document\./, '');
  const named = path ? tokens.find((token) => token.path === path) : undefined;
  const found = named ?? spoken(tokens, error.message);
  return found && { start: found.start, end: found.end, line: text.slice(0, found.start).split('\n').length };
}

interface Token {
  path: string;
  text: string;
  start: number;
  end: number;
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

/** The names and values of a document, each with its path. Of text that is no JSON, what comes before the break. */
export function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  const scan = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
  const stack: { list: boolean; at: number; name: string }[] = [];
  const path = () => stack.map((level) => (level.list ? String(level.at) : level.name)).join('.');
  let wantsName = false;
  for (const match of text.matchAll(scan)) {
    const sign = match[0];
    const inner = stack.at(-1);
    if (sign === '{' || sign === '[') {
      stack.push({ list: sign === '[', at: 0, name: '' });
      wantsName = sign === '{';
    } else if (sign === '}' || sign === ']') {
      stack.pop();
      wantsName = false;
    } else if (sign === ',') {
      if (inner) inner.at += 1;
      wantsName = inner ? !inner.list : false;
    } else if (sign !== ':') {
      const plain = sign.startsWith('"') ? sign.slice(1, -1) : sign;
      if (wantsName && inner) inner.name = plain;
      wantsName = false;
      found.push({ path: path(), text: plain, start: match.index, end: match.index + sign.length });
    }
  }
  return found;
}
