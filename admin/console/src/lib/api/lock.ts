import { remember, remembered } from '../remember';

const HELD_MS_MAX = 10_000;
const LOOK_AGAIN_MS = 50;

/**
 * Runs something in one tab at a time. Browsers offer locks on secure origins only; elsewhere a note
 * in the storage all tabs share does it, which two tabs can only pass within the same millisecond.
 */
export async function exclusively<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(name, run) as Promise<T>;
  const mine = `${Math.random()}`;
  for (;;) {
    const [at, owner] = (remembered(name) ?? '').split(' ');
    if (owner === mine) break;
    const free = !at || Date.now() - Number(at) > HELD_MS_MAX;
    if (free) remember(name, `${Date.now()} ${mine}`);
    // Without storage there is nothing to wait for.
    if (remembered(name) === null) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  try {
    return await run();
  } finally {
    remember(name, null);
  }
}
