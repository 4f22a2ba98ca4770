import { objects } from './api/calls';
import { objectRows, versionRows, type Row } from './rows';

const PAGE = 1000;
/** A longer list is looked at again only on request. */
const AGAIN_ROWS_MAX = 3 * PAGE;

/** The rows under a prefix, page by page as they are looked at. */
export class Listing {
  rows = $state.raw<Row[]>([]);
  error = $state.raw<unknown>();
  loading = $state(true);
  complete = $state(false);
  #cursor: string | undefined;
  #stop = new AbortController();

  constructor(
    readonly bucket: string,
    readonly prefix: string,
    readonly versions: boolean,
  ) {}

  async more(): Promise<void> {
    if (this.complete || (this.loading && this.rows.length > 0)) return;
    this.loading = true;
    await this.#take(this.#cursor, (rows) => [...this.rows, ...rows]);
  }

  /**
   * Looks again at as much as has been seen, and shows it all at once, so that nothing jumps while
   * somebody reads.
   */
  async again(): Promise<void> {
    if (this.loading || this.rows.length > AGAIN_ROWS_MAX) return;
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

  stop(): void {
    this.#stop.abort();
  }

  async #take(cursor: string | undefined, joined: (rows: Row[]) => Row[]): Promise<void> {
    const signal = this.#stop.signal;
    try {
      const page = await this.#page(cursor, signal);
      if (signal.aborted) return;
      this.rows = joined(page.rows);
      this.#cursor = page.next;
      this.complete = page.next === undefined;
      this.error = undefined;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
    this.loading = false;
  }

  async #page(cursor: string | undefined, signal: AbortSignal): Promise<{ rows: Row[]; next: string | undefined }> {
    const wanted = { prefix: this.prefix, delimiter: '/', cursor, limit: PAGE };
    if (this.versions) {
      const page = await objects.versions(this.bucket, wanted, signal);
      return { rows: versionRows(page), next: page.next ?? undefined };
    }
    const page = await objects.list(this.bucket, wanted, signal);
    return { rows: objectRows(page), next: page.next ?? undefined };
  }
}
