import { answers } from '../api/client';
import { ended, entriesOf, type Entry } from './journal';
import { fingerprint, rateOf } from './plan';
import { tabs } from './tabs';
import { Upload } from './upload.svelte';
import { abortUpload } from './wire';

const FILES_AT_ONCE = 3;
const SAMPLES_MAX = 20;
const SAMPLE_MS = 500;

const nameOf = ({ bucket, key, fingerprint }: Pick<Entry, 'bucket' | 'key' | 'fingerprint'>) => JSON.stringify([bucket, key, fingerprint]);

/** All uploads of this window, of whoever is logged in. */
class Transfers {
  all = $state.raw<Upload[]>([]);
  /** Counts uploads that have ended well, for lists that show their outcome. */
  finished = $state(0);
  /** Uploads that were under way when the page was left, and are so in no other tab. */
  interrupted = $state.raw<Entry[]>([]);
  rate = $state(0);
  #next = 1;
  #whose = '';
  /** Of those who have left, in case they come back. */
  #others = new Map<string, Upload[]>();
  #samples: { at: number; bytes: number }[] = [];
  #asking = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    tabs.mine = () => [...this.#ids];
  }

  /** Of what is begun here: nothing else may take it up. */
  get #ids(): Set<string> {
    return new Set(this.all.flatMap((each) => each.uploadId ?? []));
  }

  get sent(): number {
    return this.all.reduce((sum, each) => sum + each.sent, 0);
  }

  get size(): number {
    return this.all.reduce((sum, each) => sum + each.size, 0);
  }

  get busy(): boolean {
    return this.all.some((each) => each.state === 'sending' || each.state === 'waiting');
  }

  /** Nothing is on its way, since the server is away. */
  get waits(): boolean {
    const sending = this.all.filter((each) => each.state === 'sending');
    return sending.length > 0 && sending.every((each) => each.waits);
  }

  /** How many are not there yet. */
  get unsent(): number {
    return this.all.filter((each) => each.state !== 'done' && each.state !== 'cancelled').length;
  }

  /** Whose they are from now on; '' for nobody's. What somebody has begun waits until it is the same one again. */
  belongTo(who: string): void {
    if (who === this.#whose) return;
    this.pauseAll();
    this.#others.set(this.#whose, this.all);
    this.#whose = who;
    this.all = this.#others.get(who) ?? [];
    this.interrupted = [];
    if (who !== '') void this.#look(who);
  }

  async #look(who: string): Promise<void> {
    await tabs.ask();
    if (who !== this.#whose) return;
    const known = new Set(this.all.map((each) => `${each.bucket}/${each.key}`));
    this.interrupted = entriesOf(who).filter((each) => !known.has(`${each.bucket}/${each.key}`) && !tabs.held.has(each.uploadId));
  }

  /** All at once: of very many, each by itself would go through all the others. `careful` where no version is kept of what has such a key. */
  add(bucket: string, files: readonly { key: string; file: File }[], careful: boolean): void {
    const here = this.#ids;
    const open = entriesOf(this.#whose).filter(({ uploadId }) => !here.has(uploadId) && !tabs.held.has(uploadId));
    const begun = new Map(open.map((entry) => [nameOf(entry), entry]));
    const added = files.map(({ key, file }) => {
      const name = nameOf({ bucket, key, fingerprint: fingerprint(file) });
      const entry = begun.get(name);
      // The same file twice is two uploads, of which one goes on.
      begun.delete(name);
      return new Upload(this.#next++, this.#whose, bucket, key, file, careful, entry);
    });
    this.all = [...this.all, ...added];
    const taken = new Set(files.map(({ key, file }) => nameOf({ bucket, key, fingerprint: fingerprint(file) })));
    this.interrupted = this.interrupted.filter((each) => !taken.has(nameOf(each)));
    this.#pump();
  }

  pause(upload: Upload): void {
    upload.pause();
    this.#pump();
  }

  resume(upload: Upload): void {
    upload.state = 'waiting';
    this.#pump();
  }

  replace(upload: Upload): void {
    upload.replace();
    this.#pump();
  }

  replaceAll(): void {
    for (const each of this.all) if (each.taken) each.replace();
    this.#pump();
  }

  async cancel(upload: Upload): Promise<void> {
    this.all = this.all.filter((each) => each !== upload);
    await upload.cancel();
    this.#pump();
  }

  pauseAll(): void {
    for (const each of this.all) if (each.state === 'sending' || each.state === 'waiting') each.pause();
  }

  resumeAll(): void {
    for (const each of this.all) if (each.state === 'paused' || (each.state === 'failed' && !each.taken)) each.state = 'waiting';
    this.#pump();
  }

  /** Takes what has ended off the list. */
  clear(): void {
    this.all = this.all.filter((each) => each.state !== 'done');
  }

  /** Goes on with an interrupted upload; false if this is another file. */
  goOn(entry: Entry, file: File): boolean {
    if (fingerprint(file) !== entry.fingerprint) return false;
    this.add(entry.bucket, [{ key: entry.key, file }], entry.careful ?? true);
    return true;
  }

  async giveUp(entry: Entry): Promise<void> {
    ended(entry.uploadId);
    this.interrupted = this.interrupted.filter((each) => each !== entry);
    await abortUpload(entry, entry.uploadId).catch(() => undefined);
  }

  #pump(): void {
    this.#measure();
    let free = FILES_AT_ONCE - this.all.filter((each) => each.state === 'sending').length;
    for (const each of this.all) {
      if (free === 0) return;
      if (each.state !== 'waiting') continue;
      free -= 1;
      void each.run().then(() => {
        if (each.state === 'done') this.finished += 1;
        this.#pump();
      });
    }
  }

  /** The rate over the last ten seconds, for as long as something is sent. */
  #measure(): void {
    if (this.#timer !== undefined || !this.busy) return;
    this.#samples = [];
    this.#timer = setInterval(() => {
      this.#samples = [...this.#samples, { at: Date.now(), bytes: this.sent }].slice(-SAMPLES_MAX);
      this.rate = this.waits ? 0 : Math.max(0, rateOf(this.#samples));
      if (this.rate === 0 && this.#samples.length === SAMPLES_MAX) void this.#ask();
      if (this.busy) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.rate = 0;
    }, SAMPLE_MS);
  }

  /** Nothing goes out any more, and no connection has broken either: perhaps nobody is there. */
  async #ask(): Promise<void> {
    if (this.#asking || this.waits) return;
    this.#asking = true;
    const [before, away] = [this.sent, !(await answers())];
    this.#asking = false;
    if (away && this.sent === before) for (const each of this.all) if (each.state === 'sending') each.waits = true;
  }
}

export const transfers = new Transfers();
