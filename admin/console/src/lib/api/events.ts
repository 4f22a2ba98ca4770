/** One message of a stream of server-sent events. */
export interface Message {
  event: string;
  data: string;
}

/**
 * Cuts a stream of server-sent events into messages. EventSource cannot send the token, so the
 * console reads such streams itself.
 */
export class EventReader {
  #rest = '';

  feed(chunk: string): Message[] {
    this.#rest += chunk;
    const blocks = this.#rest.split(/\r?\n\r?\n/);
    this.#rest = blocks.pop() ?? '';
    return blocks.map(parse).filter((message) => message.data !== '');
  }
}

function parse(block: string): Message {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
