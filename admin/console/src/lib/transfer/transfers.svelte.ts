import { answers } from '../api/client';
import { entriesOf, type Entry } from './journal';
import { fingerprint, rateOf } from './plan';
import { tabs } from './tabs';
import { tallyOf } from './tally';
import { takeBack, Upload } from './upload.svelte';

const FILES_AT_ONCE = 3;
/** How often a change of many is told, and how often lists look for what has ended. */
const TALLY_MS = 100;
const LISTS_MS = 1000;
const SAMPLES_MAX = 20;
const SAMPLE_MS = 500;

const nameOf = ({ bucket, key, fingerprint }: Pick<Entry, 'bucket' | 'key' | 'fingerprint'>) => JSON.stringify([bucket, key, fingerprint]);

/** All uploads of this window, of whoever is logged in. */
class Transfers {
  all: Upload[] = [];
  /** What they come to, told some times a second: for each change of each of very many it would be too much work. */
  tally = $state.raw(tallyOf([]));
  /** Changes after uploads have ended well, for lists that show their outcome. */
  finished = $state(0);
  /** Uploads that were under way when the page was left, and are so in no other tab. */
  interrupted = $state.raw<Entry[]>([]);
  rate = $state(0);
  #next = 1;
  /** What is being sent, and perhaps some that no longer is. */
  #sending = new Set<Upload>();
  /** None of those before it waits to be sent. */
  #from = 0;
  #whose = '';
  /** Of those who have left, in case they come back. */
  #others = new Map<string, Upload[]>();
  #samples: { at: number; bytes: number }[] = [];
  #asking = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #listsLook: ReturnType<typeof setTimeout> | undefined;
  #listsMissed = false;

  constructor() {
    tabs.mine = () => [...this.#ids];
  }

  /** Of what is begun here: nothing else may take it up. */
  get #ids(): Set<string> {
    return new Set(this.all.flatMap((each) => each.uploadId ?? []));
  }

  get busy(): boolean {
    return this.all.some((each) => each.state === 'sending' || each.state === 'waiting');
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
    this.#set(this.#others.get(who) ?? []);
    this.interrupted = [];
    if (who !== '') void this.#look(who);
  }

  #set(all: Upload[]): void {
    this.all = all;
    this.#from = 0;
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.tally = tallyOf(this.all);
  }

  #changed = () => {
    this.#telling ??= setTimeout(() => this.#tell(), TALLY_MS);
  };

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
      return new Upload(this.#next++, this.#whose, bucket, key, file, careful, entry, this.#changed);
    });
    this.#set([...this.all, ...added]);
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
    this.#wake();
  }

  replace(upload: Upload): void {
    upload.replace();
    this.#wake();
  }

  replaceAll(): void {
    for (const each of this.all) if (each.taken) each.replace();
    this.#wake();
  }

  async cancel(upload: Upload): Promise<void> {
    this.#set(this.all.filter((each) => each !== upload));
    await upload.cancel();
    this.#pump();
  }

  pauseAll(): void {
    for (const each of this.all) if (each.state === 'sending' || each.state === 'waiting') each.pause();
  }

  resumeAll(): void {
    for (const each of this.all) if (each.state === 'paused' || (each.state === 'failed' && !each.taken)) each.state = 'waiting';
    this.#wake();
  }

  /** Takes what has ended off the list. */
  clear(): void {
    this.#set(this.all.filter((each) => each.state !== 'done'));
  }

  /** Goes on with an interrupted upload; false if this is another file. */
  goOn(entry: Entry, file: File): boolean {
    if (fingerprint(file) !== entry.fingerprint) return false;
    this.add(entry.bucket, [{ key: entry.key, file }], entry.careful ?? true);
    return true;
  }

  async giveUp(entry: Entry): Promise<void> {
    this.interrupted = this.interrupted.filter((each) => each !== entry);
    await takeBack(entry, entry.uploadId);
  }

  /** One waits again, wherever it stands. */
  #wake(): void {
    this.#from = 0;
    this.#pump();
  }

  #pump(): void {
    this.#measure();
    for (const each of this.#sending) if (each.state !== 'sending') this.#sending.delete(each);
    for (; this.#sending.size < FILES_AT_ONCE; this.#from += 1) {
      const next = this.all[this.#from];
      if (!next) return;
      if (next.state === 'waiting') this.#send(next);
    }
  }

  #send(upload: Upload): void {
    this.#sending.add(upload);
    void upload.run().then(() => {
      if (upload.state === 'done') this.#finish();
      this.#pump();
    });
  }

  /** Lists are told at once, and not again before they have had the time to look. */
  #finish(): void {
    if (this.#listsLook) {
      this.#listsMissed = true;
      return;
    }
    this.finished += 1;
    this.#listsLook = setTimeout(() => {
      this.#listsLook = undefined;
      if (this.#listsMissed) this.#finish();
      this.#listsMissed = false;
    }, LISTS_MS);
  }

  /** The rate over the last ten seconds, for as long as something is sent. */
  #measure(): void {
    if (this.#timer !== undefined || !this.busy) return;
    this.#samples = [];
    this.#timer = setInterval(() => {
      this.#samples = [...this.#samples, { at: Date.now(), bytes: this.tally.sent }].slice(-SAMPLES_MAX);
      this.rate = this.tally.waits ? 0 : Math.max(0, rateOf(this.#samples));
      if (this.rate === 0 && this.#samples.length === SAMPLES_MAX) void this.#ask();
      if (this.busy) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.rate = 0;
    }, SAMPLE_MS);
  }

  /** Nothing goes out any more, and no connection has broken either: perhaps nobody is there. */
  async #ask(): Promise<void> {
    if (this.#asking || this.tally.waits) return;
    this.#asking = true;
    const [before, away] = [this.tally.sent, !(await answers())];
    this.#asking = false;
    if (away && this.tally.sent === before) for (const each of this.all) if (each.state === 'sending') each.waits = true;
  }
}

export const transfers = new Transfers();
