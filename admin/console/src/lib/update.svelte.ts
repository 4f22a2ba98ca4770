// Whether the server has another console by now than the one that runs here: a tab that stays open over
// an upgrade goes on with the old one, and nothing else would tell.
import { base } from './base';
import { entryOf } from './entry';

/** Looked for at most so often, unless there was an outage: that is when servers are upgraded. */
const LOOK_AGAIN_MS = 5 * 60_000;

class Update {
  /** There is another one. */
  there = $state(false);
  #looked = Date.now();
  #own = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.src;

  async look(): Promise<void> {
    if (this.there || !this.#own) return;
    this.#looked = Date.now();
    try {
      const answer = await fetch(new URL(base, location.origin), { cache: 'no-store', credentials: 'same-origin' });
      const entry = answer.ok ? entryOf(await answer.text(), location.origin) : undefined;
      this.there = entry !== undefined && entry !== this.#own;
    } catch {
      // There is no telling without the server: the next look may.
    }
  }

  /** Looks when somebody comes back to the tab after a while, and now and then while it is looked at. */
  watch(): () => void {
    const look = () => {
      if (document.visibilityState === 'visible' && Date.now() - this.#looked >= LOOK_AGAIN_MS) void this.look();
    };
    document.addEventListener('visibilitychange', look);
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => {
      document.removeEventListener('visibilitychange', look);
      clearInterval(timer);
    };
  }
}

export const update = new Update();
