import { push } from '../chart';
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

  #take(second: Second): void {
    this.now = second;
    this.connected = true;
    const { success, redirect, client_error, server_error } = second.requests_per_second;
    const values: Record<string, number> = {
      requests: success + redirect + client_error + server_error,
      errors: second.errors_per_second,
      in: second.received_bytes_per_second,
      out: second.sent_bytes_per_second,
      p50: (second.p50_seconds ?? 0) * 1000,
      p99: (second.p99_seconds ?? 0) * 1000,
    };
    const next: Record<string, number[]> = {};
    for (const [name, value] of Object.entries(values)) {
      next[name] = push(this.history[name] ?? [], value, SECONDS);
    }
    this.history = next;
  }
}

export const live = new LiveFeed();
