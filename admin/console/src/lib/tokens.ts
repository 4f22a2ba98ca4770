/** A part of a document's text. */
export interface Place {
  start: number;
  end: number;
  line: number;
}

export interface Token {
  path: string;
  text: string;
  start: number;
  end: number;
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
