// Which uploads other tabs of this browser have: all share one journal, and what is under way in one of them is
// not interrupted for another. Tabs are asked rather than locks: those exist on secure origins only.
import { pauseFor } from '../pause';

const ANSWER_MS = 300;

type Said = { ask: true } | { held: string[] };

class Tabs {
  /** The ids that other tabs have told. */
  readonly held = new Set<string>();
  /** The ids of this one. */
  mine: () => string[] = () => [];
  #channel = new BroadcastChannel('cairn.uploads');

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if ('ask' in data) this.tell();
      else for (const id of data.held) this.held.add(id);
    };
  }

  tell(): void {
    const held = this.mine();
    if (held.length > 0) this.#channel.postMessage({ held } satisfies Said);
  }

  /** Asks all that are there, and gives them the time to answer. One that was closed answers no more. */
  async ask(): Promise<void> {
    this.held.clear();
    this.#channel.postMessage({ ask: true } satisfies Said);
    await pauseFor(ANSWER_MS);
  }
}

export const tabs = new Tabs();
