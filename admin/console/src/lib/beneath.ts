import { objects } from './api/calls';
import type { Row } from './rows';

const PAGE = 1000;

/** All keys that rows stand for: an object's own, and those beneath a prefix. */
export async function* keysOf(bucket: string, rows: readonly Row[], signal: AbortSignal): AsyncGenerator<{ row: Row; key: string }> {
  for (const row of rows) {
    if (row.kind !== 'prefix') {
      yield { row, key: row.key };
      continue;
    }
    let cursor: string | undefined;
    do {
      const page = await objects.list(bucket, { prefix: row.key, cursor, limit: PAGE }, signal);
      for (const { key } of page.items) yield { row, key };
      cursor = page.next ?? undefined;
    } while (cursor);
  }
}
