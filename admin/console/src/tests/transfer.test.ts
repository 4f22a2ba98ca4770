import { afterEach, describe, expect, it, vi } from 'vitest';
import { objectPath, Unaddressable } from '../lib/transfer/address';
import { FILES_MAX, filesOf } from '../lib/transfer/drop';
import { fingerprint, lateStatus, missing, partBytes, parts, rateOf } from '../lib/transfer/plan';

const soon = (what: () => void) => vi.waitFor(what, { timeout: 30_000 });

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
    const { files: all, unread, isCut } = await filesOf(dropped(
      fileEntry('a.txt'),
      folderEntry('photos', fileEntry('b.txt'), folderEntry('empty'), folderEntry('deep', folderEntry('deeper')), fileEntry('c.txt')),
      folderEntry('alone'),
    ));
    expect(all.map((each) => each.path).sort()).toEqual(['a.txt', 'alone/', 'photos/b.txt', 'photos/c.txt', 'photos/deep/deeper/', 'photos/empty/']);
    expect([unread, isCut]).toEqual([[], false]);
    const markers = all.filter((each) => each.path.endsWith('/'));
    for (const { file } of markers) expect([file.size, file.type]).toEqual([0, 'application/x-directory']);
  });

  it('names what cannot be read, and takes the rest', async () => {
    const broken = { isFile: true, name: 'broken', file: (_: unknown, refuse: (why: Error) => void) => refuse(new Error('gone')) };
    const { files, unread } = await filesOf(dropped(folderEntry('photos', fileEntry('a.txt'), broken, fileEntry('b.txt'))));
    expect(files.map((each) => each.path)).toEqual(['photos/a.txt', 'photos/b.txt']);
    expect(unread).toEqual(['photos/broken']);
  });

  it('says that there is more than is taken at once', async () => {
    const one = new File(['text'], 'a.txt');
    const file = { ...fileEntry('a.txt'), file: (give: (file: File) => void) => give(one) };
    const many = await filesOf(dropped(...Array.from({ length: FILES_MAX + 1 }, () => file)));
    expect([many.files.length, many.isCut]).toEqual([FILES_MAX, true]);
    const all = await filesOf(dropped(...Array.from({ length: FILES_MAX }, () => file)));
    expect([all.files.length, all.isCut]).toEqual([FILES_MAX, false]);
  });
});

describe('an error that comes when all seemed well', () => {
  it('is tried again only where another try may help', () => {
    expect(lateStatus('<Error><Code>InternalError</Code></Error>')).toBe(503);
    expect(lateStatus('<Error><Code>SlowDown</Code></Error>')).toBe(503);
    expect(lateStatus('<Error><Code>PreconditionFailed</Code></Error>')).toBe(412);
    expect(lateStatus('<Error><Code>InvalidPart</Code></Error>')).toBe(400);
  });
});

describe('uploads', () => {
  const stored = new Map<string, string>();
  let looked = 0;
  const storage = {
    getItem: (name: string) => {
      looked += 1;
      return stored.get(name) ?? null;
    },
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  };
  const entry = { whose: 'arn:a', bucket: 'plans', key: 'a.bin', uploadId: '1', fingerprint: 'a.bin\n9\n0', size: 9, partBytes: 9 };

  async function fresh() {
    vi.resetModules();
    stored.clear();
    vi.stubGlobal('localStorage', storage);
    vi.stubGlobal('document', { querySelector: () => null, documentElement: {} });
    vi.stubGlobal('navigator', { language: 'en' });
    vi.stubGlobal('location', { origin: 'http://h', pathname: '/', search: '' });
    vi.stubGlobal('addEventListener', () => undefined);
    const { begun } = await import('../lib/transfer/journal');
    begun(entry);
    return (await import('../lib/transfer/transfers.svelte')).transfers;
  }
  afterEach(() => vi.unstubAllGlobals());

  it('are those of whoever is logged in, and of nobody else', async () => {
    const transfers = await fresh();
    expect(transfers.interrupted).toEqual([]);
    transfers.belongTo('arn:b');
    expect(transfers.interrupted).toEqual([]);
    transfers.belongTo('arn:a');
    await soon(() => expect(transfers.interrupted).toEqual([entry]));
    // One's own do not push those of others off the list.
    const { ended, entriesOf } = await import('../lib/transfer/journal');
    ended('2');
    expect(entriesOf('arn:a')).toEqual([entry]);
    transfers.belongTo('');
    expect(transfers.interrupted).toEqual([]);
  });

  it('are not interrupted, nor taken up, while another tab has them', async () => {
    const transfers = await fresh();
    const { begun } = await import('../lib/transfer/journal');
    const tab = new BroadcastChannel('cairn.uploads');
    tab.onmessage = ({ data }) => 'ask' in data && tab.postMessage({ held: ['1'] });
    begun({ ...entry, key: 'b.bin', uploadId: '2' });
    transfers.belongTo('arn:a');
    await soon(() => expect(transfers.interrupted.map((each) => each.uploadId)).toEqual(['2']));
    vi.stubGlobal('fetch', () => new Promise(() => undefined));
    const file = new File(['123456789'], 'a.bin', { lastModified: 0 });
    transfers.add('plans', [{ key: 'a.bin', file }, { key: 'b.bin', file }], true);
    expect(transfers.all.map((each) => each.uploadId)).toEqual([undefined, '2']);
    tab.close();
  });

  it('of one file twice are two, of which one goes on with what was begun', async () => {
    const transfers = await fresh();
    transfers.belongTo('arn:a');
    vi.stubGlobal('XMLHttpRequest', class { upload = {}; open() {} setRequestHeader() {} send() {} abort() {} });
    const file = new File(['123456789'], 'a.bin', { lastModified: 0 });
    transfers.add('plans', [{ key: 'a.bin', file }, { key: 'a.bin', file }], true);
    transfers.add('plans', [{ key: 'a.bin', file }], true);
    expect(transfers.all.map((each) => each.uploadId)).toEqual(['1', undefined, undefined]);
  });

  it('are begun once, however often they are paused meanwhile', async () => {
    const transfers = await fresh();
    transfers.belongTo('arn:a');
    const answer: ((response: Response) => void)[] = [];
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: URL | string, init: RequestInit = {}) => {
      if (init.method === 'POST') asked.push(String(url));
      return init.method === 'POST' ? new Promise<Response>((resolve) => answer.push(resolve)) : new Promise(() => undefined);
    });
    vi.stubGlobal('DOMParser', class { parseFromString = () => ({ getElementsByTagName: () => [{ textContent: 'begun' }] }); });
    const sent: string[] = [];
    vi.stubGlobal('XMLHttpRequest', class { upload = {}; open(_: string, url: string) { sent.push(url); } setRequestHeader() {} send() {} abort() {} });
    const { MULTIPART_FROM_BYTES } = await import('../lib/transfer/plan');
    transfers.add('plans', [{ key: 'long.bin', file: new File([new Uint8Array(MULTIPART_FROM_BYTES + 1)], 'long.bin') }], false);
    const upload = transfers.all[0]!;
    await soon(() => expect(asked.length).toBe(1));
    transfers.pause(upload);
    transfers.resume(upload);
    transfers.pause(upload);
    transfers.resume(upload);
    answer[0]!(new Response('<UploadId>begun</UploadId>'));
    await soon(() => expect(sent.length).toBe(2));
    expect(asked.length).toBe(1);
    expect(upload.uploadId).toBe('begun');
    const { entriesOf } = await import('../lib/transfer/journal');
    expect(entriesOf('arn:a').filter((each) => each.key === 'long.bin').length).toBe(1);
  });

  it('are begun once, when what was begun before is gone', async () => {
    const transfers = await fresh();
    const { begun, entriesOf } = await import('../lib/transfer/journal');
    const { MULTIPART_FROM_BYTES } = await import('../lib/transfer/plan');
    const file = new File([new Uint8Array(MULTIPART_FROM_BYTES + 1)], 'long.bin', { lastModified: 0 });
    begun({ ...entry, key: 'long.bin', uploadId: 'old', fingerprint: fingerprint(file), size: file.size, partBytes: MULTIPART_FROM_BYTES });
    transfers.belongTo('arn:a');
    const gone = () => new Response('<Error><Code>NoSuchUpload</Code></Error>', { status: 404 });
    const [looks, begins]: ((answer: Response) => void)[][] = [[], []];
    vi.stubGlobal('fetch', (_: URL | string, init: RequestInit = {}) => {
      const asked = init.method === 'POST' ? begins! : looks!;
      return new Promise<Response>((resolve) => asked.push(resolve));
    });
    vi.stubGlobal('DOMParser', class { parseFromString = () => ({ getElementsByTagName: (name: string) => (name === 'UploadId' ? [{ textContent: 'new' }] : []) }); });
    const sent: string[] = [];
    vi.stubGlobal('XMLHttpRequest', class { upload = {}; open(_: string, url: string) { sent.push(url); } setRequestHeader() {} send() {} abort() {} });
    transfers.add('plans', [{ key: 'long.bin', file }], false);
    const upload = transfers.all[0]!;
    await soon(() => expect(looks!.length).toBe(1));
    looks![0]!(gone());
    await soon(() => expect(begins!.length).toBe(1));
    // Another run comes while it is begun anew, and hears only later that the old one is gone.
    transfers.pause(upload);
    transfers.resume(upload);
    await new Promise((next) => setTimeout(next, 50));
    begins![0]!(new Response(''));
    await new Promise((next) => setTimeout(next, 50));
    looks![1]?.(gone());
    await soon(() => expect(sent.length).toBe(2));
    expect(begins!.length).toBe(1);
    expect(entriesOf('arn:a').map((each) => each.uploadId)).toEqual(['1', 'new']);
  });

  it('are counted, and the ones worth a look are shown first', async () => {
    const transfers = await fresh();
    transfers.belongTo('arn:a');
    vi.stubGlobal('XMLHttpRequest', class { upload = {}; open() {} setRequestHeader() {} send() {} abort() {} });
    const file = new File(['123'], 'x');
    transfers.add('plans', Array.from({ length: 300 }, (_, at) => ({ key: `${at}`, file })), false);
    transfers.pause(transfers.all[250]!);
    transfers.all[299]!.state = 'failed';
    await soon(() => expect(transfers.tally.of).toEqual({ sending: 3, waiting: 295, paused: 1, failed: 1, done: 0, cancelled: 0 }));
    expect(transfers.tally.size).toBe(900);
    expect(transfers.tally.shown.length).toBe(100);
    expect(transfers.tally.shown.slice(0, 6).map((each) => each.key)).toEqual(['0', '1', '2', '299', '250', '3']);
    // One that was passed by is gone on with, wherever it stands.
    transfers.resume(transfers.all[250]!);
    transfers.pause(transfers.all[0]!);
    await soon(() => expect(transfers.all[3]!.state).toBe('sending'));
    for (const each of transfers.all.slice(1, 250)) transfers.pause(each);
    expect(transfers.all[250]!.state).toBe('sending');
  });

  it('are begun all at once, however many', async () => {
    const transfers = await fresh();
    transfers.belongTo('arn:a');
    transfers.pauseAll();
    looked = 0;
    const file = new File(['x'], 'x');
    vi.stubGlobal('XMLHttpRequest', class { upload = {}; open() {} setRequestHeader() {} send() {} abort() {} });
    transfers.add('plans', Array.from({ length: 5000 }, (_, at) => ({ key: `${at}`, file })), true);
    expect(transfers.all.length).toBe(5000);
    // What was begun before is read once, not for each.
    expect(looked).toBe(1);
  });
});
