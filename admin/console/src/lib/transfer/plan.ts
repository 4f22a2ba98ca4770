// How a file is sent: whole, or in parts. Pure, so that resuming can be tested without a server.

export const MULTIPART_FROM_BYTES = 16 * 1024 * 1024;
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_MAX = 10_000;
const MIB = 1024 * 1024;

export interface Part {
  number: number;
  start: number;
  end: number;
}

export interface DonePart {
  number: number;
  etag: string;
  size: number;
}

/** The length of parts: 16 MiB, or what makes 10,000 parts of a very long file. */
export function partBytes(size: number): number {
  const least = Math.ceil(size / PARTS_MAX);
  return Math.max(PART_BYTES, Math.ceil(least / MIB) * MIB);
}

export function parts(size: number, length: number): Part[] {
  const count = Math.max(1, Math.ceil(size / length));
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * length,
    end: Math.min(size, (index + 1) * length),
  }));
}

/** The parts that are still to be sent. A part that arrived with another length is sent again. */
export function missing(all: readonly Part[], done: readonly DonePart[]): Part[] {
  const sizes = new Map(done.map((part) => [part.number, part.size]));
  return all.filter((part) => sizes.get(part.number) !== part.end - part.start);
}

/** Tells a file from another of the same name, as well as a browser allows without reading it all. */
export function fingerprint(file: { name: string; size: number; lastModified: number }): string {
  return `${file.name}\n${file.size}\n${file.lastModified}`;
}

/** Bytes a second over the last moments, from samples of time and bytes in all. */
export function rateOf(samples: readonly { at: number; bytes: number }[]): number {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (!first || !last || last.at <= first.at) return 0;
  return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
}

/** The status that an error would have had in time: what only the server could mend is worth another try, nothing else. */
export function lateStatus(text: string): number {
  const code = /<Code>([^<]*)</.exec(text)?.[1] ?? 'InternalError';
  if (code === 'PreconditionFailed') return 412;
  return /^(InternalError|ServiceUnavailable|SlowDown|RequestTimeout)$/.test(code) ? 503 : 400;
}
