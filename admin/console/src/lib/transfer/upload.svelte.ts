import { answers, isMissing } from '../api/client';
import { ApiError, explain, isAway, Unreachable } from '../api/error';
import { t } from '../i18n/i18n.svelte';
import { pauseFor } from '../pause';
import { Unaddressable } from './address';
import { begun, ended, type Entry } from './journal';
import { fingerprint, missing, MULTIPART_FROM_BYTES, partBytes, parts, type DonePart, type Part } from './plan';
import { tabs } from './tabs';
import * as wire from './wire';

export type UploadState = 'waiting' | 'sending' | 'paused' | 'failed' | 'done' | 'cancelled';

const PARTS_AT_ONCE = 3;
const ATTEMPTS_MAX = 6;
const RETRY_MS = 1000;
/** A server that is away is asked so often, and waited for so long. */
const GONE_RETRY_MS = 3000;
const GONE_MS_MAX = 60 * 60_000;

const KINDS: Record<string, string> = { md: 'text/markdown', log: 'text/plain', yml: 'text/yaml', yaml: 'text/yaml' };

/** One file on its way. */
export class Upload {
  #state = $state<UploadState>('waiting');
  #sent = $state(0);
  problem = $state('');
  /** The name is taken, and whoever sends this has to say whether it is replaced. */
  taken = $state(false);
  /** The server is away, and it goes on by itself. */
  #waits = $state(false);
  #stop: AbortController | undefined;
  #entry: Entry | undefined;
  /** While one in parts is being begun, which no pause breaks off: whoever goes on wants the same. */
  #beginning: Promise<Entry> | undefined;
  /** Bytes out by part, while they are on their way and after. */
  #out = new Map<number, number>();

  constructor(
    readonly id: number,
    readonly whose: string,
    readonly bucket: string,
    readonly key: string,
    readonly file: File,
    /** Nothing would be kept of what lies under this key: do not replace it unasked. */
    private careful: boolean,
    /** What has been begun of it before. */
    entry: Entry | undefined,
    /** Told of what changes. */
    private changed: () => void,
  ) {
    // An empty folder that is there is what was wanted, and a second version of it is of use to nobody.
    this.careful ||= this.#isFolder;
    this.#entry = entry;
  }

  get state(): UploadState {
    return this.#state;
  }

  set state(next: UploadState) {
    this.#state = next;
    this.changed();
  }

  get sent(): number {
    return this.#sent;
  }

  get waits(): boolean {
    return this.#waits;
  }

  set waits(next: boolean) {
    this.#waits = next;
    this.changed();
  }

  get size(): number {
    return this.file.size;
  }

  /** Of one in parts, once it has begun and until it has ended. */
  get uploadId(): string | undefined {
    return this.#entry?.uploadId;
  }

  get #isFolder(): boolean {
    return this.key.endsWith('/') && this.size === 0;
  }

  get #type(): string {
    const ending = this.file.name.split('.').pop()?.toLowerCase() ?? '';
    return this.file.type || KINDS[ending] || 'application/octet-stream';
  }

  /** What is there goes. */
  replace(): void {
    this.careful = false;
    this.taken = false;
    this.state = 'waiting';
  }

  async run(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    const signal = stop.signal;
    this.state = 'sending';
    this.problem = '';
    this.waits = false;
    try {
      if (this.size > MULTIPART_FROM_BYTES) await this.#inParts(signal);
      else await this.#whole(signal);
      this.#sent = this.size;
      this.state = 'done';
    } catch (error) {
      // Paused and cancelled are states that somebody else has set already.
      if (signal.aborted) return;
      // What else is under way of it ends, too: nobody would see it, or could stop it.
      stop.abort();
      const isThere = this.careful && error instanceof ApiError && error.status === 412;
      if (isThere && this.#isFolder) {
        this.state = 'done';
        return;
      }
      this.state = 'failed';
      this.taken = isThere;
      this.problem = this.taken ? t('transfer.there') : error instanceof Unaddressable ? t('transfer.unaddressable') : explain(error);
    }
  }

  pause(): void {
    this.state = 'paused';
    this.#stop?.abort();
  }

  /** Takes back what has arrived, too. */
  async cancel(): Promise<void> {
    this.state = 'cancelled';
    this.#stop?.abort();
    const id = this.#entry?.uploadId;
    if (!id) return;
    await takeBack(this, id);
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return this.careful ? { ...more, 'if-none-match': '*' } : more;
  }

  async #whole(signal: AbortSignal): Promise<void> {
    await persist(() => wire.put(this, {}, this.file, this.#headers({ 'content-type': this.#type }), signal, (bytes) => this.#tell(bytes)), this, signal);
  }

  async #inParts(signal: AbortSignal): Promise<void> {
    const done = await this.#begin(signal);
    const entry = this.#entry;
    if (!entry) return;
    const all = parts(this.size, entry.partBytes);
    const open = missing(all, done);
    const wanted = new Set(open.map((part) => part.number));
    const kept = done.filter((part) => !wanted.has(part.number) && part.number <= all.length);
    this.#out = new Map(kept.map((part) => [part.number, part.size]));
    this.#count();
    const worker = async () => {
      for (let part = open.shift(); part; part = open.shift()) kept.push(await this.#send(entry, part, signal));
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker));
    await persist(() => wire.finishUpload(this, entry.uploadId, kept, this.#headers({}), signal), this, signal);
    ended(entry.uploadId);
    this.#entry = undefined;
  }

  /** Goes on with an upload that the server still knows, or begins one. */
  async #begin(signal: AbortSignal): Promise<DonePart[]> {
    const entry = this.#entry;
    if (entry) {
      try {
        return await persist(() => wire.arrivedParts(this, entry.uploadId, signal), this, signal);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error;
        ended(entry.uploadId);
        signal.throwIfAborted();
        // Another run may have begun it anew meanwhile.
        if (this.#entry !== entry) return this.#begin(signal);
        this.#entry = undefined;
      }
    }
    await persist(() => (this.#beginning ??= this.#beginNew().finally(() => (this.#beginning = undefined))), this, signal);
    signal.throwIfAborted();
    return [];
  }

  async #beginNew(): Promise<Entry> {
    const uploadId = await wire.beginUpload(this, this.#type);
    // Cancelled while it was begun: nobody else would take it back.
    if (this.state === 'cancelled') {
      await wire.abortUpload(this, uploadId).catch(() => undefined);
      throw this.#stop?.signal.reason;
    }
    const { whose, bucket, key, size, file } = this;
    this.#entry = { whose, bucket, key, uploadId, size, fingerprint: fingerprint(file), partBytes: partBytes(size), careful: this.careful };
    begun(this.#entry);
    tabs.tell();
    return this.#entry;
  }

  async #send(entry: Entry, part: Part, signal: AbortSignal): Promise<DonePart> {
    const body = this.file.slice(part.start, part.end);
    const progress = (bytes: number) => {
      this.#out.set(part.number, Math.min(bytes, body.size));
      this.#count();
    };
    const query = { partNumber: part.number, uploadId: entry.uploadId };
    const etag = await persist(() => wire.put(this, query, body, {}, signal, progress), this, signal);
    progress(body.size);
    return { number: part.number, etag, size: body.size };
  }

  #count(): void {
    let sum = 0;
    for (const bytes of this.#out.values()) sum += bytes;
    this.#tell(sum);
  }

  /** Where bytes go out, nobody waits. */
  #tell(sent: number): void {
    this.#sent = sent;
    this.waits = false;
  }
}

/** Aborts an upload in parts. It stays in the journal, to be taken back another time, unless that is known to be done. */
export async function takeBack(what: wire.Target, uploadId: string): Promise<void> {
  try {
    await wire.abortUpload(what, uploadId);
  } catch (error) {
    if (!isMissing(error)) return;
  }
  ended(uploadId);
}

/** What may succeed later: a lost connection, a server that is busy. */
const isPassing = (error: unknown) => error instanceof Unreachable || (error instanceof ApiError && (error.status >= 500 || error.status === 429));

/**
 * Tries again what may succeed later. A server that is away comes back, however often it is asked; one that
 * is there and breaks off what it is sent does so again.
 */
async function persist<T>(what: () => Promise<T>, upload: Upload, signal: AbortSignal): Promise<T> {
  let attempts = 0;
  let goneSince: number | undefined;
  for (;;) {
    try {
      const made = await what();
      upload.waits = false;
      return made;
    } catch (error) {
      if (!isPassing(error) || signal.aborted) throw error;
      const isGone = isAway(error) && !(await answers());
      goneSince = isGone ? (goneSince ?? Date.now()) : undefined;
      attempts = isGone ? 0 : attempts + 1;
      const isLost = goneSince !== undefined && Date.now() - goneSince > GONE_MS_MAX;
      if (attempts >= ATTEMPTS_MAX || isLost || signal.aborted) throw error;
      upload.waits = isGone;
      const asked = error instanceof ApiError ? error.retryAfter : null;
      await pauseFor(isGone ? GONE_RETRY_MS : asked ? asked * 1000 : RETRY_MS * 2 ** (attempts - 1), signal);
    }
  }
}
