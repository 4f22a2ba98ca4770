import { objects } from './api/calls';
import { isFolderItself, objectRows, shortName, versionRows, type Row } from './rows';

const PAGE = 1000;
/** A longer list is looked at again only on request. */
const AGAIN_ROWS_MAX = 3 * PAGE;
/** Whoever finds more than this has to ask for less. */
const FOUND_MAX = 10_000;
/** So many rows are loaded to sort or select them all: some 50 MB, and no pause that is felt. */
const ALL_ROWS_MAX = 100_000;

export interface Wanted {
  bucket: string;
  prefix: string;
  versions: boolean;
  /** Looks through all folders beneath the prefix for keys that contain this, whatever their case. */
  contains?: string | undefined;
}

/** The rows under a prefix, page by page as they are looked at; or those found beneath it. */
export class Listing {
  rows = $state.raw<Row[]>([]);
  error = $state.raw<unknown>();
  loading = $state(true);
  complete = $state(false);
  /** How many keys a search has looked at. */
  looked = $state(0);
  /** A search has found more than it shows, or there are more rows than are loaded at once. */
  tooMany = $state(false);
  /** All rows are being loaded; those that have come are not shown before the rest has, or it is stopped. */
  filling = $state(false);
  /** How many rows have come. */
  loaded = $state(0);
  #behind: Row[] = [];
  #running: Promise<void> | undefined;
  #runs = 0;
  #cursor: string | undefined;
  #stop = new AbortController();

  constructor(readonly wanted: Wanted) {}

  get isSearch(): boolean {
    return this.wanted.contains !== undefined;
  }

  more(): Promise<void> {
    if (this.complete) return Promise.resolve();
    return (this.#running ??= this.#run());
  }

  /** Loads what is left of the list: it can be sorted and selected as a whole then. */
  all(): Promise<void> {
    if (this.tooMany) return Promise.resolve();
    if (!this.complete && !this.isSearch) this.filling = true;
    return this.more();
  }

  /** Loads no further. What has come is shown. */
  halt(): void {
    this.filling = false;
    this.#show();
  }

  async #run(): Promise<void> {
    this.#runs += 1;
    this.loading = true;
    // A search goes on by itself: who waits for what is rare cannot scroll to it.
    do await this.#take();
    while ((this.isSearch || this.filling) && !this.complete && !this.tooMany && this.error === undefined && !this.#stop.signal.aborted);
    this.halt();
    this.loading = false;
    this.#running = undefined;
  }

  /** All at once: to sort a list anew with each page would stop the page itself. */
  #show(): void {
    if (this.#behind.length === 0) return;
    this.rows = [...this.rows, ...this.#behind];
    this.#behind = [];
  }

  /**
   * Looks again at as much as has been seen, and shows it all at once, so that nothing jumps while
   * somebody reads.
   */
  async again(): Promise<void> {
    if (this.loading || this.isSearch || this.rows.length > AGAIN_ROWS_MAX) return;
    // What was whole is to be whole again, with what has come meanwhile.
    const wanted = this.complete ? AGAIN_ROWS_MAX : this.rows.length;
    let rows: Row[] = [];
    let cursor: string | undefined;
    const [signal, run] = [this.#stop.signal, this.#runs];
    try {
      do {
        const page = await this.#page(cursor, signal);
        rows = [...rows, ...page.rows];
        cursor = page.next;
      } while (cursor && rows.length < wanted);
    } catch {
      // The old rows are still the best there is; the next look may succeed.
      return;
    }
    // More has come than was looked at.
    if (signal.aborted || run !== this.#runs) return;
    this.rows = rows;
    this.loaded = rows.length;
    this.#cursor = cursor;
    this.complete = cursor === undefined;
    this.error = undefined;
  }

  /** Ends it. What has been found stays. */
  stop(): void {
    this.#stop.abort();
    this.complete ||= this.isSearch;
  }

  async #take(): Promise<void> {
    const signal = this.#stop.signal;
    try {
      const page = await this.#page(this.#cursor, signal);
      if (signal.aborted) return;
      this.looked += page.rows.length;
      const found = page.rows.filter((row) => this.#isWanted(row));
      this.#behind.push(...found);
      this.loaded += found.length;
      // Something is shown at once, even where the rest is waited for.
      if (!this.filling || this.rows.length === 0) this.#show();
      this.#cursor = page.next;
      this.tooMany = this.loaded >= (this.isSearch ? FOUND_MAX : ALL_ROWS_MAX);
      this.complete = page.next === undefined || (this.isSearch && this.tooMany);
      this.error = undefined;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }

  #isWanted(row: Row): boolean {
    const { contains, prefix } = this.wanted;
    return contains === undefined || shortName(row.key, prefix).toLowerCase().includes(contains.toLowerCase());
  }

  async #page(cursor: string | undefined, signal: AbortSignal): Promise<{ rows: Row[]; next: string | undefined }> {
    const { bucket, prefix, versions } = this.wanted;
    const listing = { prefix, cursor, limit: PAGE, ...(this.isSearch ? {} : { delimiter: '/' }) };
    if (versions) {
      const page = await objects.versions(bucket, listing, signal);
      return { rows: versionRows(page), next: page.next ?? undefined };
    }
    const page = await objects.list(bucket, listing, signal);
    return { rows: objectRows(page).filter((row) => !isFolderItself(row, prefix)), next: page.next ?? undefined };
  }
}
