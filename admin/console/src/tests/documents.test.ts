import { describe, expect, it, vi } from 'vitest';

// The texts of errors are chosen by the language of a page, and here is none.
vi.mock('../lib/i18n/i18n.svelte', () => ({ known: () => false, t: (key: string) => key }));

import { browserOf } from '../lib/agent';
import { ApiError } from '../lib/api/error';
import { diff, folded } from '../lib/diff';
import { localTime } from '../lib/format';
import { faultIn } from '../lib/place';
import { tokensOf } from '../lib/tokens';
import { reportOf } from '../lib/report';

const kinds = (before: string, after: string) => diff(before, after).map((row) => row.kind);

describe('comparing texts', () => {
  it('puts what was changed beside what it was', () => {
    expect(kinds('a\nb\nc', 'a\nx\nc')).toEqual(['same', 'changed', 'same']);
    expect(kinds('a\nc', 'a\nb\nc')).toEqual(['same', 'added', 'same']);
    expect(kinds('a\nb\nc', 'c')).toEqual(['removed', 'removed', 'same']);
    expect(kinds('', '')).toEqual(['same']);
  });

  it('gives both texts back, whatever they are', () => {
    const texts = ['', 'a', 'a\nb\na\nb', 'b\na\nb', 'x\ny\nz\n', '\n\n', 'a\nb\nc\nd\ne'];
    for (const before of texts) {
      for (const after of texts) {
        const rows = diff(before, after);
        expect(rows.flatMap((row) => (row.left === undefined ? [] : [row.left])).join('\n')).toBe(before);
        expect(rows.flatMap((row) => (row.right === undefined ? [] : [row.right])).join('\n')).toBe(after);
      }
    }
  });

  it('ends for texts that share nothing, however long', () => {
    const lines = (sign: string) => Array.from({ length: 5000 }, (_, at) => sign + at).join('\n');
    expect(diff(lines('a'), lines('b')).length).toBe(5000);
  });

  it('folds what is far from any difference', () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const after = before.with(10, 'another');
    const rows = folded(diff(before.join('\n'), after.join('\n')));
    expect(rows.map((row) => row.kind)).toEqual(['skipped', 'same', 'same', 'same', 'changed', 'same', 'same', 'same', 'skipped']);
    expect([rows[0]?.count, rows.at(-1)?.count]).toEqual([7, 6]);
  });
});

describe('faults in documents', () => {
  const text = JSON.stringify({ Statement: [{ Effect: 'Maybe', Action: ['s3:GetObject', 's3:Nonsense'], Resource: '*' }] }, null, 2);
  const fault = (message: string, field: string | null = null) => {
    const found = faultIn(text, new ApiError(400, 'MalformedPolicy', message, field));
    return found && [found.line, text.slice(found.start, found.end)];
  };

  it('are where their path leads', () => {
    expect(fault('No.', 'Statement.0.Action.1')).toEqual([7, '"s3:Nonsense"']);
    expect(fault('No.', 'Statement.0.Resource')).toEqual([9, '"Resource"']);
  });

  it('are where their words stand', () => {
    expect(fault('Invalid effect: Maybe')).toEqual([4, '"Maybe"']);
    expect(fault('Policy has invalid action')).toEqual([5, '"Action"']);
    expect(fault('Missing required field Principal')).toBeUndefined();
  });

  it('are not looked for where the server or the network failed', () => {
    expect(faultIn(text, new ApiError(500, 'InternalError', 'Action'))).toBeUndefined();
    expect(faultIn(text, new Error('Action'))).toBeUndefined();
  });

  it('are found in any text without an end', () => {
    expect(tokensOf('{"a": [1, {"b": "c\\"d"}], "e"').map((token) => token.path)).toEqual(['a', 'a.0', 'a.1.b', 'a.1.b', 'e']);
    expect(tokensOf(']}{[,:"')).toEqual([]);
  });
});

describe('browsers', () => {
  it('are called what people call them', () => {
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
    expect(browserOf(chrome)).toBe('Chrome, Linux');
    expect(browserOf(chrome.replace('Linux x86_64', 'Linux; Android 15') + ' Edg/140')).toBe('Edge, Android');
    expect(browserOf('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1')).toBe('Safari, iPhone');
    expect(browserOf('curl/8.14.1')).toBe('curl/8.14.1');
    expect(browserOf('')).toBe('');
  });
});

describe('reports', () => {
  it('are shown in their own words', () => {
    const report = { bytes: 12, next: null, damaged: [], problems: [{ chunk: 7, what: 'gone' }, 'lost'], until: '3' };
    expect(reportOf(report)).toEqual({
      facts: [{ name: 'bytes', value: 12 }, { name: 'until', value: '3' }],
      findings: [{ name: 'problems', lines: ['chunk: 7, what: gone', 'lost'], more: 0 }],
    });
    expect(reportOf(null)).toEqual({ facts: [], findings: [] });
  });

  it('show all that is kept, and say how many more there are', () => {
    const damaged = Array.from({ length: 100 }, (_, at) => ({ damage: `chunk ${at}`, affected: at === 0 ? ['a/b', 'c/d'] : [] }));
    const { findings } = reportOf({ damaged_total: 140, damaged, saved_total: 1, saved: ['x'], failed: 3, failures: ['k: AccessDenied'] });
    expect(findings.map(({ name, lines, more }) => [name, lines.length, more])).toEqual([['damaged', 100, 40], ['saved', 1, 0], ['failures', 1, 2]]);
    expect(findings[0]?.lines.slice(0, 2)).toEqual(['damage: chunk 0, affected: a/b, c/d', 'damage: chunk 1']);
  });
});

describe('times to type', () => {
  it('come back as they were, to the minute', () => {
    const time = '2026-03-04T05:06:00.000Z';
    expect(new Date(localTime(time)).toISOString()).toBe(time);
    expect(localTime('never')).toBe('');
  });
});
