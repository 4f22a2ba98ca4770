// Saving a document that others may edit, too: only while it is what has been shown here.

import { tagged } from './client';
import { ApiError, Moved } from './error';

/**
 * Reads it once more, and saves it with the tag it has if it is still what was seen. Null stands
 * for a document that is not there.
 */
export async function saveUnmoved<T, R>(path: string, isSeen: (now: T | null) => boolean, save: (tag: string | null) => Promise<R>): Promise<R> {
  const { value, tag } = await tagged<T>(path);
  if (!isSeen(value)) throw new Moved(value);
  try {
    return await save(tag);
  } catch (error) {
    if (error instanceof ApiError && error.status === 412) throw new Moved((await tagged<T>(path)).value);
    throw error;
  }
}
