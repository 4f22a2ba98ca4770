import { expect, it } from 'vitest';

const sources = Object.entries(
  import.meta.glob(['../**/*.svelte', '../**/*.ts', '!../tests/**'], { query: '?raw', import: 'default', eager: true }) as Record<string, string>,
);

/** The lines in which a pattern is found. */
function found(pattern: RegExp): string[] {
  return sources.flatMap(([path, text]) => text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])));
}

it('sees the sources', () => {
  expect(sources.length).toBeGreaterThan(50);
});

it('turns no text into HTML', () => {
  expect(found(/\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function|\beval\(/)).toEqual([]);
});

it('sets no style attribute, which the Content-Security-Policy forbids', () => {
  expect(found(/<[^>]*\sstyle(=|:)|setAttribute\(['"]style/)).toEqual([]);
});

it('keeps no token where scripts of another day could read it', () => {
  expect(found(/(localStorage|sessionStorage|indexedDB)/).map((line) => line.split(':')[0])).toEqual(
    found(/(localStorage)/).map(() => '../lib/remember.ts'),
  );
  expect(found(/remember\(.*token/i)).toEqual([]);
});
