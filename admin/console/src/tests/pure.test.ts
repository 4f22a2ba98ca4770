import { describe, expect, it } from 'vitest';
import { EventReader } from '../lib/api/events';
import { asFile } from '../lib/asfile';
import { concerns } from '../lib/attention';
import { brokenRules } from '../lib/bucketname';
import { after, area, line, push, top } from '../lib/chart';
import { parse } from '../lib/configs';
import { entryOf } from '../lib/entry';
import { best, fits } from '../lib/find';
import { ago, bytes, duration } from '../lib/format';
import { lastSeen } from '../lib/lastseen';
import { holderOf, signs } from '../lib/ownkeys';
import { pairLines, tagChanges, tagLines, valuesOf } from '../lib/pairlines';
import { previewOf } from '../lib/preview';
import { fromBytes, toBytes, toCount } from '../lib/quota';
import { isFolderItself, rowValue, shortName, steps, type Row } from '../lib/rows';
import { sorted } from '../lib/sort';
import { scrollFor, windowOf } from '../lib/window';

describe('keys of one’s own', () => {
  it('are a user’s, or those of the root of an account', () => {
    expect(holderOf({ kind: 'user', name: 'anna', account: 'root' })).toEqual({ kind: 'users', name: 'anna' });
    expect(holderOf({ kind: 'account', name: 'ROOTKEY', account: 'root' })).toEqual({ kind: 'accounts', name: 'root' });
  });

  it('sign while they are switched on and have not expired', () => {
    const at = '2026-11-26T12:00:00.000Z';
    const now = Date.parse(at);
    expect(signs({ active: true, expires: null })).toBe(true);
    expect(signs({ active: false, expires: null })).toBe(false);
    expect(signs({ active: true, expires: at }, now - 1)).toBe(true);
    expect(signs({ active: true, expires: at }, now)).toBe(false);
  });
});

describe('users', () => {
  it('were last there by whatever came later', () => {
    const early = '2026-11-01T00:00:00Z';
    const late = '2026-11-02T00:00:00Z';
    expect(lastSeen({ last_login: null, last_key_use: null })).toBeUndefined();
    expect(lastSeen({ last_login: late, last_key_use: early })).toEqual({ at: late, by: 'login' });
    expect(lastSeen({ last_login: early, last_key_use: late })).toEqual({ at: late, by: 'key' });
    expect(lastSeen({ last_login: null, last_key_use: early })).toEqual({ at: early, by: 'key' });
    expect(lastSeen({ last_login: early, last_key_use: null })).toEqual({ at: early, by: 'login' });
  });
});

describe('the object that keeps an empty folder', () => {
  const row = (key: string, size: number): Row => ({ kind: 'object', id: key, key, entry: { key, size, etag: '', modified: '', storage_class: '' } });
  it('is no row of its folder, unless there is something in it', () => {
    expect(isFolderItself(row('a/', 0), 'a/')).toBe(true);
    expect(isFolderItself(row('a/', 1), 'a/')).toBe(false);
    expect(isFolderItself(row('a/', 0), '')).toBe(false);
    expect(isFolderItself(row('a', 0), 'a')).toBe(false);
    expect(isFolderItself(row('a//', 0), 'a/')).toBe(false);
  });
});

describe('pairs that are typed', () => {
  it('are one a line, and say where they are none', () => {
    expect(pairLines('')).toEqual([]);
    expect(pairLines(' a = 1 \n\nb=x=y\nc=')).toEqual([['a', '1'], ['b', 'x=y'], ['c', '']]);
    expect(pairLines('a=1\nb')).toBeUndefined();
    expect(pairLines('=1')).toBeUndefined();
  });

  it('are tags where no name comes twice', () => {
    expect(tagLines('team=red\ncost=7')).toEqual({ team: 'red', cost: '7' });
    expect(tagLines('team=red\nteam=blue')).toBeUndefined();
    expect(tagLines('team')).toBeUndefined();
    expect(tagChanges({ team: 'red', cost: '7', old: '' }, { team: 'blue', cost: '7', fresh: '' })).toEqual({ team: 'blue', fresh: '', old: null });
    expect(tagChanges({}, {})).toEqual({});
  });

  it('are several values of a name where it does', () => {
    expect(valuesOf(pairLines('a=1\nb=2\na=3') ?? [])).toEqual({ a: ['1', '3'], b: ['2'] });
  });
});

describe('sizes and times', () => {
  it('shows bytes in the unit that fits', () => {
    expect(bytes(0, 'en')).toBe('0 B');
    expect(bytes(1023, 'en')).toBe('1,023 B');
    expect(bytes(1024, 'en')).toBe('1 KiB');
    expect(bytes(1024 * 1024 - 1, 'en')).toBe('1 MiB');
    expect(bytes(1.5 * 2 ** 30, 'de')).toBe('1,5 GiB');
    expect(bytes(2 ** 63, 'en')).toBe('8 EiB');
  });

  it('shows the two largest parts of a duration', () => {
    expect(duration(0)).toBe('0 s');
    expect(duration(59.6)).toBe('1 min');
    expect(duration(3 * 86_400 + 7200 + 61)).toBe('3 d 2 h');
  });

  it('shows how long ago, and says so when it does not know', () => {
    const now = Date.parse('2026-11-26T12:00:00Z');
    expect(ago('2026-11-26T11:59:00Z', 'en', now)).toBe('1 minute ago');
    expect(ago('2026-11-25T12:00:00Z', 'de', now)).toBe('gestern');
    expect(ago('never', 'en', now)).toBe('–');
  });
});

describe('names of buckets', () => {
  it('tells which rule is broken', () => {
    expect(brokenRules('photos.2025-a')).toEqual([]);
    expect(brokenRules('')).toEqual(['length', 'ends']);
    expect(brokenRules('Photos')).toEqual(['letters', 'ends']);
    expect(brokenRules('a..b')).toEqual(['dots']);
    expect(brokenRules('192.168.0.1')).toEqual(['address']);
    expect(brokenRules('xn--abc')).toEqual(['reserved']);
    expect(brokenRules('abc-s3alias')).toEqual(['reserved']);
    expect(brokenRules('a'.repeat(64))).toEqual(['length']);
    expect(brokenRules('abc\n')).toEqual(['letters', 'ends']);
  });
});

describe('quotas', () => {
  it('reads amounts, nothing, and nonsense', () => {
    expect(toBytes('1.5', 'GiB')).toBe(1.5 * 2 ** 30);
    expect(toBytes('1,5', 'MiB')).toBe(1.5 * 2 ** 20);
    expect(toBytes(' ', 'GiB')).toBeNull();
    expect(toBytes('-1', 'GiB')).toBeUndefined();
    expect(toBytes('ten', 'GiB')).toBeUndefined();
    expect(toCount('1000')).toBe(1000);
    expect(toCount('1.5')).toBeUndefined();
  });

  it('shows what it has read', () => {
    for (const value of [1, 5, 1025, 2 ** 20, 10 * 2 ** 30, 3 * 2 ** 40, 1.5 * 2 ** 30, 10 ** 10, 123_456_789_012_345]) {
      const { amount, unit } = fromBytes(value);
      expect(toBytes(amount, unit)).toBe(value);
    }
    expect(fromBytes(5)).toEqual({ amount: '5', unit: 'B' });
    expect(fromBytes(1025)).toEqual({ amount: '1025', unit: 'B' });
    expect(fromBytes(1.5 * 2 ** 30)).toEqual({ amount: '1.5', unit: 'GiB' });
    expect(fromBytes(2 ** 30 + 2 ** 20)).toEqual({ amount: '1025', unit: 'MiB' });
    expect(toBytes('0.1', 'B')).toBeUndefined();
  });
});

describe('the page that names its script', () => {
  const page = (script: string) => `<meta name="cairn-base" content="/c/" /><script type="module" crossorigin src="${script}"></script>`;
  it('tells which, and is told from one of something in front of the server', () => {
    expect(entryOf(page('/c/assets/index-1.js'), 'http://a')).toBe('http://a/c/assets/index-1.js');
    expect(entryOf('<h1>Log in</h1><script src="/proxy.js"></script>', 'http://a')).toBeUndefined();
    expect(entryOf('', 'http://a')).toBeUndefined();
  });
});

describe('the window of a long list', () => {
  it('draws what is in sight and a little more', () => {
    const at = windowOf(3600, 360, 1000, 36);
    expect(at.first).toBe(92);
    expect(at.end).toBe(118);
    expect(at.offset).toBe(92 * 36);
  });

  it('reaches the last row of a list longer than a browser can be high', () => {
    const count = 3_000_000;
    const { box } = windowOf(0, 500, count, 36);
    expect(box).toBeLessThan(10_000_000);
    const end = windowOf(box - 500, 500, count, 36);
    expect(end.end).toBe(count);
    expect(end.end - end.first).toBeLessThan(40);
    const to = scrollFor(count - 1, 0, 500, count, 36);
    expect(windowOf(to, 500, count, 36).end).toBe(count);
  });

  it('is content with a list that fits', () => {
    expect(windowOf(0, 500, 3, 36)).toEqual({ first: 0, end: 3, offset: 0, box: 108 });
    expect(windowOf(50, 500, 0, 36)).toEqual({ first: 0, end: 0, offset: 0, box: 0 });
  });

  it('scrolls only to what is out of sight', () => {
    expect(scrollFor(5, 100, 360, 1000, 36)).toBe(100);
    expect(scrollFor(0, 100, 360, 1000, 36)).toBe(0);
    expect(scrollFor(100, 0, 360, 1000, 36)).toBe(101 * 36 - 360);
  });
});

describe('keys and prefixes', () => {
  it('keeps empty steps apart', () => {
    expect(steps('a//b/').map((step) => step.prefix)).toEqual(['a/', 'a//', 'a//b/']);
    expect(steps('/')).toEqual([{ name: '', prefix: '/' }]);
    expect(steps('no-slash')).toEqual([]);
    expect(shortName('a/b/c', 'a/')).toBe('b/c');
  });

  it('sorts prefixes before objects, and by code points', () => {
    const rows: Row[] = ['b', 'a', 'B'].map((key) => ({ kind: 'object', id: key, key, entry: { key, size: key.length, etag: '', modified: '', storage_class: '' } }));
    rows.push({ kind: 'prefix', id: 'z/', key: 'z/' });
    expect(sorted(rows, { by: 'name', down: false }, rowValue).map((row) => row.key)).toEqual(['z/', 'B', 'a', 'b']);
  });
});

describe('finding', () => {
  it('prefers the start of words and what stands side by side', () => {
    expect(best(['Audit log', 'Buckets', 'backups-2025'], (text) => text, 'bu', 5)).toEqual(['Buckets', 'backups-2025']);
    expect(fits('Overview', 'xyz')).toBe(0);
  });
});

describe('configurations', () => {
  it('says where JSON breaks off', () => {
    expect(parse('{"a": 1}')).toEqual({ value: { a: 1 } });
    expect(parse('[]')).toEqual({ problem: 'config.no_object' });
    expect(parse('{\n  "a": 1,,\n}')).toEqual({ line: 2, column: 10 });
    expect(parse("{\n  \"a\": 1,\n  \"b\": 'c'\n}")).toEqual({ line: 3, column: 8 });
    expect(parse('{\n  "a": ,\n  "b": 2\n}')).toEqual({ line: 2, column: 8 });
    expect(parse('{\n  // why\n  "b": 2\n}')).toEqual({ line: 2, column: 3 });
    expect(parse('{\n  "a": 1\n')).toEqual({ line: 3, column: 1 });
  });
});

describe('previews', () => {
  it('goes by the type, and by the ending where the type says nothing', () => {
    expect(previewOf('a.bin', 'image/png; q=1')).toEqual({ kind: 'image', type: 'image/png' });
    expect(previewOf('a.PDF', 'application/octet-stream')).toEqual({ kind: 'pdf', type: 'application/pdf' });
    expect(previewOf('a', null)).toEqual({ kind: 'none' });
  });

  it('lets the player try what is said to be for it', () => {
    expect(previewOf('a.mkv', null)).toEqual({ kind: 'video', type: 'video/x-matroska' });
    expect(previewOf('a', 'Audio/X-WAV; rate=8000')).toEqual({ kind: 'audio', type: 'audio/x-wav' });
    expect(previewOf('a', 'video/"><script>')).toEqual({ kind: 'none' });
  });

  it('shows pages and scripts as text, never as what they are', () => {
    expect(previewOf('a.html', 'text/html')).toEqual({ kind: 'text', type: 'text/plain' });
    expect(previewOf('a', 'application/xhtml+xml')).toEqual({ kind: 'text', type: 'text/plain' });
  });
});

describe('charts', () => {
  it('ends an axis on a round number', () => {
    expect([0, 0.3, 3, 5, 51, 1000].map(top)).toEqual([1, 0.5, 5, 5, 100, 1000]);
  });

  it('draws the newest value at the right edge', () => {
    expect(push([1, 2, 3], 4, 3)).toEqual([2, 3, 4]);
    expect(line([0, 10], 3, 10, 100, 50)).toBe('M50.0 50.0L100.0 0.0');
    expect(area([], 3, 10, 100, 50)).toBe('');
  });

  it('break where nothing is known, and end where the last is', () => {
    expect(after([1, 2, 3], 2, 4)).toEqual([2, 3, undefined, undefined]);
    expect(after([1], 99, 3)).toEqual([undefined, undefined, undefined]);
    expect(line([0, 10, undefined], 3, 10, 100, 50)).toBe('M0.0 50.0L50.0 0.0');
    expect(line([0, undefined, 10], 3, 10, 100, 50)).toBe('M0.0 50.0M100.0 0.0');
    expect(area([10, 10, undefined, 10], 5, 10, 100, 50)).toBe('M25.0 0.0L50.0 0.0L50.0 50L25.0 50ZM100.0 0.0L100.0 50L100.0 50Z');
    expect(line([undefined], 3, 10, 100, 50)).toBe('');
  });
});

describe('server-sent events', () => {
  it('puts messages together however they were cut', () => {
    const reader = new EventReader();
    expect(reader.feed('data: {"a"')).toEqual([]);
    expect(reader.feed(': 1}\n\n: a comment\n\nevent: x\ndata: 1\ndata: 2\r\n\r\nda')).toEqual([
      { event: 'message', data: '{"a": 1}' },
      { event: 'x', data: '1\n2' },
    ]);
  });
});

describe('what needs attention', () => {
  const told = { level: 'warning' as const, about: null, share: null, count: null, time: null, message: 'Something.', next: 'Look.' };

  it('is what the server says', () => {
    expect(concerns([
      { ...told, kind: 'drive', about: '/d', share: 0.9 },
      { ...told, kind: 'events_wait', about: 'w', count: 5, time: '2026-01-01T00:00:00Z' },
      { ...told, kind: 'damage', about: 'scrub', count: 2 },
      { ...told, kind: 'damage', count: 1 },
    ], true)).toEqual([
      { kind: 'drive', path: '/d', share: 0.9 },
      { kind: 'late', webhook: 'w', count: 5, since: '2026-01-01T00:00:00Z' },
      { kind: 'job', what: 'scrub', problems: 2 },
      { kind: 'damage', count: 1 },
      { kind: 'root' },
    ]);
  });

  it('is shown as it is told where this page knows no word for it', () => {
    expect(concerns([{ ...told, kind: 'meteor', level: 'critical' }])).toEqual([{ kind: 'told', bad: true, text: 'Something. Look.' }]);
  });
});

describe('a link to a file', () => {
  it('names it by the last step of its key, in signs that a header bears', () => {
    expect(asFile('a/b c.txt')).toBe("attachment; filename*=UTF-8''b%20c.txt");
    expect(asFile("x/Müll (1)'*.pdf")).toBe("attachment; filename*=UTF-8''M%C3%BCll%20%281%29%27%2A.pdf");
    expect(asFile('folder/')).toBe("attachment; filename*=UTF-8''folder");
    expect(asFile('/')).toBe("attachment; filename*=UTF-8''object");
  });
});
