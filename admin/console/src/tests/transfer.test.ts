import { describe, expect, it } from 'vitest';
import { objectPath, Unaddressable } from '../lib/transfer/address';
import { filesOf } from '../lib/transfer/drop';
import { fingerprint, missing, partBytes, parts, rateOf } from '../lib/transfer/plan';

const MIB = 1024 * 1024;

describe('uploads in parts', () => {
  it('covers every byte of a file once', () => {
    for (const size of [1, 16 * MIB, 16 * MIB + 1, 100 * MIB - 7]) {
      const all = parts(size, partBytes(size));
      expect(all[0]?.start).toBe(0);
      expect(all.at(-1)?.end).toBe(size);
      all.forEach((part, at) => expect(part.start).toBe(at === 0 ? 0 : all[at - 1]?.end));
    }
  });

  it('stays within 10,000 parts, up to the largest object there is', () => {
    const size = 5 * 1024 ** 4;
    expect(parts(size, partBytes(size)).length).toBeLessThanOrEqual(10_000);
    expect(partBytes(1)).toBe(16 * MIB);
  });

  it('goes on with what has not arrived, or arrived with another length', () => {
    const all = parts(40 * MIB, 16 * MIB);
    const done = [
      { number: 1, etag: 'a', size: 16 * MIB },
      { number: 3, etag: 'c', size: 5 },
    ];
    expect(missing(all, done).map((part) => part.number)).toEqual([2, 3]);
  });

  it('tells files apart that have the same name', () => {
    const file = { name: 'a', size: 1, lastModified: 2 };
    expect(fingerprint(file)).not.toBe(fingerprint({ ...file, lastModified: 3 }));
  });

  it('measures over the samples it has', () => {
    expect(rateOf([])).toBe(0);
    expect(rateOf([{ at: 0, bytes: 0 }, { at: 500, bytes: 100 }, { at: 2000, bytes: 400 }])).toBe(200);
  });
});

describe('addresses of objects', () => {
  const resolved = (key: string) => new URL(objectPath('b', key), 'http://h/api/v1/').pathname;

  it('survive the way a browser reads paths', () => {
    for (const key of ['a', 'a/b', 'a//b', '/a', 'a/', 'ä ?#%+&.txt', 'a/../b', './a', '../../../x', 'a/.', '..a', '\n']) {
      const path = resolved(key);
      expect(path.startsWith('/api/v1/s3/b/'), key).toBe(true);
      expect(decodeURIComponent(path.slice('/api/v1/s3/b/'.length)), key).toBe(key);
    }
  });

  it('are refused for the two keys that have none', () => {
    expect(() => objectPath('b', '.')).toThrow(Unaddressable);
    expect(() => objectPath('b', '..')).toThrow(Unaddressable);
  });
});

describe('what is dropped', () => {
  const fileEntry = (name: string) => ({ isFile: true, name, file: (give: (file: File) => void) => give(new File(['text'], name)) });
  /** Hands its children over two at a time, as browsers hand over a hundred. */
  const folderEntry = (name: string, ...children: unknown[]) => ({
    isFile: false,
    name,
    createReader: () => {
      const left = [...children];
      return { readEntries: (give: (some: unknown[]) => void) => give(left.splice(0, 2)) };
    },
  });
  const dropped = (...entries: unknown[]) => ({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files: [] }) as unknown as DataTransfer;

  it('keeps the paths of files, and folders that are empty', async () => {
    const all = await filesOf(dropped(
      fileEntry('a.txt'),
      folderEntry('photos', fileEntry('b.txt'), folderEntry('empty'), folderEntry('deep', folderEntry('deeper')), fileEntry('c.txt')),
      folderEntry('alone'),
    ));
    expect(all.map((each) => each.path).sort()).toEqual(['a.txt', 'alone/', 'photos/b.txt', 'photos/c.txt', 'photos/deep/deeper/', 'photos/empty/']);
    const markers = all.filter((each) => each.path.endsWith('/'));
    for (const { file } of markers) expect([file.size, file.type]).toEqual([0, 'application/x-directory']);
  });
});
