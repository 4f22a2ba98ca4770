import { remember, remembered } from '../remember';

/** An upload in parts that has begun: what is needed to go on with it after a reload. */
export interface Entry {
  /** Who has begun it: whoever else uses this browser need not know its name. */
  whose: string;
  bucket: string;
  key: string;
  uploadId: string;
  fingerprint: string;
  size: number;
  partBytes: number;
  /** Nothing of what it replaces would be kept. */
  careful?: boolean;
}

const ENTRIES_MAX = 200;

export const entriesOf = (whose: string): Entry[] => all().filter((each) => each.whose === whose);

function all(): Entry[] {
  try {
    const read: unknown = JSON.parse(remembered('uploads') ?? '[]');
    return Array.isArray(read) ? read.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return (
    typeof entry?.whose === 'string' &&
    typeof entry.bucket === 'string' &&
    typeof entry.key === 'string' &&
    typeof entry.uploadId === 'string' &&
    typeof entry.fingerprint === 'string' &&
    typeof entry.size === 'number' &&
    typeof entry.partBytes === 'number'
  );
}

export function begun(entry: Entry): void {
  write([...all().filter((each) => each.uploadId !== entry.uploadId), entry].slice(-ENTRIES_MAX));
}

export function ended(uploadId: string): void {
  write(all().filter((each) => each.uploadId !== uploadId));
}

function write(all: Entry[]): void {
  remember('uploads', all.length > 0 ? JSON.stringify(all) : null);
}
