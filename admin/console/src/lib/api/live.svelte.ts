import { after, push, seriesOf, type Value } from '../chart';
import { update } from '../update.svelte';
import { server } from './calls';
import { address, send } from './client';
import { isAway } from './error';
import { EventReader } from './events';
import type { Second } from './types';

/** Two minutes are shown. */
export const SECONDS = 120;
const RETRY_MS = 3000;
/** An event comes each second: after so many without one the server is asked whether it is there at all. */
const QUIET_SECONDS = 4;
/** After so many the stream is given up, which may never end by itself. */
const STALE_SECONDS = 12;
const ANSWER_MS = 4000;

/** What the server does, second by second, for as long as somebody looks. */
class LiveFeed {
  now = $state.raw<Second>();
  connected = $state(false);
  /** When it was heard last, in milliseconds, while it answers nothing. */
  silentSince = $state<number>();
  history = $state.raw<Record<string, Value[]>>({});
  #stop: AbortController | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  /** What was heard, until when; and for how many seconds, one by one, there was nothing more. */
  #known: Record<string, Value[]> = {};
  #heard = 0;
  #quiet = 0;

  /** Follows until the answer is called, and a while longer: who comes back sees what was meanwhile. */
  look(): () => void {
    clearTimeout(this.#linger);
    if (!this.#stop) {
      this.#stop = new AbortController();
      this.#heard = Date.now();
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
    this.silentSince = undefined;
    this.history = this.#known = {};
    this.#quiet = 0;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const attempt = new AbortController();
      const end = () => attempt.abort();
      signal.addEventListener('abort', end);
      let seconds = 0;
      const clock = setInterval(() => {
        this.#wait(signal);
        seconds += 1;
        if (Math.min(this.#quiet, seconds) >= STALE_SECONDS) end();
      }, 1000);
      try {
        await this.#follow(attempt.signal);
      } catch {
        // Said by `connected`; tried again below.
      }
      if (!signal.aborted) {
        this.connected = false;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      clearInterval(clock);
      signal.removeEventListener('abort', end);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    await this.#begin(signal);
    const response = await send(address('server/live'), { signal });
    // After a break, however short: a server that was upgraded may have been away for a moment only.
    if (this.now) void update.look();
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
    this.history = this.#known = seriesOf(known.flatMap((each) => Array<typeof each>(step_seconds).fill(each)));
  }

  #take(second: Second): void {
    const missed = this.now ? this.#secondsSince() - 1 : 0;
    this.#heard = Date.now();
    this.#quiet = 0;
    this.now = second;
    this.connected = true;
    this.silentSince = undefined;
    const next: Record<string, Value[]> = {};
    for (const [name, values] of Object.entries(seriesOf([second]))) {
      const known = this.#known[name] ?? [];
      next[name] = push(missed >= QUIET_SECONDS ? after(known, missed, SECONDS) : known, values[0], SECONDS);
    }
    this.history = this.#known = next;
  }

  /** Another second without an event. A clock that stood still with the whole page counts none. */
  #wait(signal: AbortSignal): void {
    this.#quiet += 1;
    if (this.#quiet < QUIET_SECONDS) return;
    this.connected = false;
    const missed = this.#secondsSince();
    this.history = Object.fromEntries(Object.entries(this.#known).map(([name, known]) => [name, after(known, missed, SECONDS)]));
    if (this.#quiet % QUIET_SECONDS === 0) void this.#ask(signal);
  }

  /** A proxy may keep back a stream, and nothing but that: then nobody is alarmed. */
  async #ask(signal: AbortSignal): Promise<void> {
    const heard = this.#heard;
    let answers = true;
    try {
      await server.info(AbortSignal.timeout(ANSWER_MS));
    } catch (error) {
      answers = !isAway(error);
    }
    if (!signal.aborted && heard === this.#heard) this.silentSince = answers ? undefined : heard;
  }

  #secondsSince(): number {
    return Math.round((Date.now() - this.#heard) / 1000);
  }
}

export const live = new LiveFeed();
