import { describe, expect, it } from 'vitest';
import { catalogue } from '../lib/i18n/catalogue';
import { fill, wanted } from '../lib/i18n/fill';

const sources = import.meta.glob(['../**/*.svelte', '../**/*.ts', '!../tests/**', '!../lib/i18n/catalogue/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
}) as Record<string, string>;
const all = Object.values(sources).join('\n');

describe('the catalogue', () => {
  it('has every text in every language', () => {
    for (const [key, text] of Object.entries(catalogue)) {
      expect(Object.keys(text).sort(), key).toEqual(['de', 'en']);
      expect(text.en.trim(), key).not.toBe('');
      expect(text.de.trim(), key).not.toBe('');
    }
  });

  it('asks for the same values in every language', () => {
    for (const [key, text] of Object.entries(catalogue)) expect(wanted(text.de), key).toEqual(wanted(text.en));
  });

  it('holds nothing that no page shows', () => {
    const unused = Object.keys(catalogue).filter((key) => !isUsed(key));
    expect(unused).toEqual([]);
  });
});

/** By its whole name, or by the beginning of a name that is put together: `objects.${column}`. */
function isUsed(key: string): boolean {
  if (all.includes(`'${key}'`)) return true;
  const parts = key.split('.');
  return parts.some((_, at) => at > 0 && all.includes('`' + parts.slice(0, at).join('.') + '.${'));
}

describe('filling in', () => {
  it('puts values in, and picks the word that fits a number', () => {
    expect(fill('{n} {n|object|objects}', { n: 1 }, 'en')).toBe('1 object');
    expect(fill('{n} {n|object|objects}', { n: 1200 }, 'en')).toBe('1,200 objects');
    expect(fill('{n} {n|Objekt|Objekte}', { n: 0 }, 'de')).toBe('0 Objekte');
  });

  it('takes values literally', () => {
    expect(fill('{name} is gone', { name: '{n} $& <b>' }, 'en')).toBe('{n} $& <b> is gone');
  });
});
