/**
 * The script that a page of the console begins with; nothing where this is no such page: what stands in
 * front of a server may answer with one of its own.
 */
export function entryOf(html: string, origin: string): string | undefined {
  if (!html.includes('name="cairn-base"')) return undefined;
  const script = /<script\b[^>]*\bsrc="([^"]+)"/.exec(html)?.[1];
  return script && new URL(script, origin).href;
}
