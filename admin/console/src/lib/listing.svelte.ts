import { objects } from './api/calls';
import { isFolderItself, objectRows, shortName, versionRows, type Row } from './rows';

const PAGE = 1000;
/** A longer list is looked at again only on request. */
const AGAIN_ROWS_MAX = 3 * PAGE;
/** Whoever finds more than this has to ask for less. */
const FOUND_MAX = 10_000;

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
  /** A search has found more than it shows. */
  tooMany = $state(false);
  #busy = false;
  #cursor: string | undefined;
  #stop = new AbortController();

  constructor(readonly wanted: Wanted) {}

  get isSearch(): boolean {
    return this.wanted.contains !== undefined;
  }

  async more(): Promise<void> {
    if (this.complete || this.#busy) return;
    this.#busy = true;
    this.loading = true;
    // A search goes on by itself: who waits for what is rare cannot scroll to it.
    do await this.#take();
    while (this.isSearch && !this.complete && this.error === undefined && !this.#stop.signal.aborted);
    this.loading = false;
    this.#busy = false;
  }

  /**
   * Looks again at as much as has been seen, and shows it all at once, so that nothing jumps while
   * somebody reads.
   */
  async again(): Promise<void> {
    if (this.loading || this.isSearch || this.rows.length > AGAIN_ROWS_MAX) return;
    const wanted = this.rows.length;
    let rows: Row[] = [];
    let cursor: string | undefined;
    const signal = this.#stop.signal;
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
    if (signal.aborted) return;
    this.rows = rows;
    this.#cursor = cursor;
    this.complete = cursor === undefined;
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
      // A page without a find redraws nothing.
      if (found.length > 0 || !this.isSearch) this.rows = [...this.rows, ...found];
      this.#cursor = page.next;
      this.tooMany = this.isSearch && this.rows.length >= FOUND_MAX;
      this.complete = page.next === undefined || this.tooMany;
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
