// Fails when what a browser loads has grown past its bound. Compressed as the server would.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const COMPRESSED_BYTES_MAX = 250 * 1024;

const dist = new URL('../dist/', import.meta.url).pathname;
const files = readdirSync(dist, { recursive: true })
  .map((name) => join(dist, String(name)))
  .filter((path) => statSync(path).isFile());
const sizes = files.map((path) => ({ path, bytes: gzipSync(readFileSync(path), { level: 9 }).length }));
const total = sizes.reduce((sum, file) => sum + file.bytes, 0);

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
for (const file of sizes) console.log(`${kib(file.bytes).padStart(10)}  ${file.path.slice(dist.length)}`);
console.log(`${kib(total).padStart(10)}  in all, at most ${kib(COMPRESSED_BYTES_MAX)}`);
if (total > COMPRESSED_BYTES_MAX) {
  console.error('the console has grown past its bound');
  process.exit(1);
}
