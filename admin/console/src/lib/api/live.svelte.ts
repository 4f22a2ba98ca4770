import { push, seriesOf } from '../chart';
import { server } from './calls';
import { address, send } from './client';
import { EventReader } from './events';
import type { Second } from './types';

/** Two minutes are shown. */
export const SECONDS = 120;
const RETRY_MS = 3000;

/** What the server does, second by second, for as long as somebody looks. */
class LiveFeed {
  now = $state.raw<Second>();
  connected = $state(false);
  history = $state.raw<Record<string, number[]>>({});
  #stop: AbortController | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;

  /** Follows until the answer is called, and a while longer: who comes back sees what was meanwhile. */
  look(): () => void {
    clearTimeout(this.#linger);
    if (!this.#stop) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    }
    return () => {
      this.#linger = setTimeout(() => this.forget(), SECONDS * 1000);
    };
  }

  /** Ends it, and nothing of it is kept: the next visitor may be somebody else. */
  forget(): void {
    clearTimeout(this.#linger);
    this.#stop?.abort();
    this.#stop = undefined;
    this.now = undefined;
    this.connected = false;
    this.history = {};
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch {
        // Said by `connected`; tried again below.
      }
      this.connected = false;
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    await this.#begin(signal);
    const response = await send(address('server/live'), { signal });
    const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const reader = new EventReader();
    for (;;) {
      const chunk = await body?.read();
      if (!chunk || chunk.done) return;
      if (signal.aborted) return;
      for (const message of reader.feed(chunk.value)) this.#take(JSON.parse(message.data) as Second);
    }
  }

  /** Who comes now sees what was before: of that the server has means only. */
  async #begin(signal: AbortSignal): Promise<void> {
    if (this.now) return;
    const { step_seconds, items } = await server.history(signal);
    const known = items.slice(-SECONDS / step_seconds);
    this.history = seriesOf(known.flatMap((each) => Array<typeof each>(step_seconds).fill(each)));
  }

  #take(second: Second): void {
    this.now = second;
    this.connected = true;
    const next: Record<string, number[]> = {};
    for (const [name, values] of Object.entries(seriesOf([second]))) {
      next[name] = push(this.history[name] ?? [], values[0] ?? 0, SECONDS);
    }
    this.history = next;
  }
}

export const live = new LiveFeed();
