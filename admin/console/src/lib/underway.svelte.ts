// What goes on for many objects, step by step: whoever logs out or leaves the page ends it.
import { whileLoggedIn } from './api/client';

let works = $state(0);

export const underway = {
  get count() {
    return works;
  },
  /** Counts it for as long as it takes. */
  async during<T>(what: Promise<T>): Promise<T> {
    const session = whileLoggedIn();
    works += 1;
    try {
      return await what;
    } finally {
      if (!session.aborted) works -= 1;
    }
  },
  /** The session is over, and none of it goes on. */
  forget() {
    works = 0;
  },
};
