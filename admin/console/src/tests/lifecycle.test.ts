import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/configs';
import { documentOf, documentsOf, formOf, isReady, newRule, problemsOf, unshown, type RuleForm } from '../lib/lifecycle';

const rule = (more: JsonObject): JsonObject => ({ ID: 'a', Status: 'Enabled', Filter: {}, ...more });
const days = { Expiration: { Days: 2 } };

/** Everything a rule can be about, and everything it can do. */
const FILTERS: JsonObject[] = [
  {},
  { Prefix: '' },
  { Prefix: 'logs/' },
  { Tag: { Key: 'k', Value: '' } },
  { ObjectSizeGreaterThan: 0 },
  { ObjectSizeLessThan: 5_000_000_000_000 },
  { And: { Prefix: '', Tags: [{ Key: 'k', Value: 'v' }] } },
  { And: { Tags: [{ Key: 'k', Value: 'v' }, { Key: 'l', Value: '' }] } },
  { And: { ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 9 } },
  { And: { Prefix: 'p', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 9 } },
];
const ENDS: JsonObject[] = [{}, days, { Expiration: { Date: '2030-01-01T00:00:00.000Z' } }, { Expiration: { ExpiredObjectDeleteMarker: true } }, { Expiration: { ExpiredObjectDeleteMarker: false } }];
const MOVES: JsonObject[] = [
  {},
  { Transitions: [{ Days: 0, StorageClass: 'GLACIER' }] },
  { Transitions: [{ Date: '2029-12-31T00:00:00.000Z', StorageClass: 'DEEP_ARCHIVE' }] },
  { Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }, { Days: 60, StorageClass: 'GLACIER_IR' }] },
];
const OLD: JsonObject[] = [
  {},
  { NoncurrentVersionExpiration: { NoncurrentDays: 4 } },
  { NoncurrentVersionExpiration: { NoncurrentDays: 4, NewerNoncurrentVersions: 100 } },
  { NoncurrentVersionTransitions: [{ NoncurrentDays: 3, NewerNoncurrentVersions: 2, StorageClass: 'DEEP_ARCHIVE' }, { NoncurrentDays: 0, StorageClass: 'INTELLIGENT_TIERING' }] },
];
const ABORT: JsonObject[] = [{}, { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }];

function* combined(): Generator<JsonObject> {
  for (const Filter of FILTERS) for (const end of ENDS) for (const move of MOVES) for (const old of OLD) for (const abort of ABORT) {
    yield rule({ Filter, ...end, ...move, ...old, ...abort });
  }
}

describe('lifecycle rules', () => {
  it('come back from the form as they went into it', () => {
    let valid = 0;
    for (const each of combined()) {
      const form = formOf(each);
      expect(documentOf(form)).toEqual(each);
      expect(formOf(documentOf(form))).toEqual(form);
      expect(unshown(each)).toEqual([]);
      if (isReady([form])) valid += 1;
    }
    expect(valid).toBeGreaterThan(200);
  });

  it('of the older form stay so, unless one of them needs what only the newer has', () => {
    const older = { ID: 'a', Status: 'Disabled', Prefix: '', ...days };
    expect(documentsOf([formOf(older)])).toEqual([older]);
    expect(unshown(older)).toEqual([]);
    const other = formOf({ ID: 'b', Status: 'Enabled', Prefix: 'b/', ...days });
    const tagged = { ...formOf(older), tags: [{ key: 'k', value: 'v' }] };
    expect(documentsOf([tagged, other])).toEqual([
      { ID: 'a', Status: 'Disabled', Filter: { And: { Prefix: '', Tags: [{ Key: 'k', Value: 'v' }] } }, ...days },
      { ID: 'b', Status: 'Enabled', Filter: { Prefix: 'b/' }, ...days },
    ]);
  });

  it('that the form cannot show are named by the place', () => {
    expect(unshown(rule({ Expiration: { Days: 2, Surprise: 1 } }))).toEqual(['Expiration.Surprise']);
    expect(unshown(rule({ Expiration: { Date: '2030-01-01T10:00:00Z' } }))).toEqual(['Expiration.Date']);
    expect(unshown(rule({ Filter: { Prefix: 'a', Tag: { Key: 'k', Value: 'v' } }, ...days }))).toEqual(['Filter.Prefix', 'Filter.Tag']);
    expect(unshown(rule({ Status: 'On', ...days }))).toEqual(['Status']);
    expect(unshown(rule({ Filter: { ObjectSizeLessThan: 2 ** 60 }, ...days }))).toEqual(['Filter.ObjectSizeLessThan']);
    // Midnight can be said in several ways.
    for (const Date of ['2030-01-01', '2030-01-01T02:00:00+02:00']) expect(unshown(rule({ Expiration: { Date } }))).toEqual([]);
  });

  it('are told what the server would refuse', () => {
    const wrong = (more: Partial<RuleForm>, others: RuleForm[] = []) => {
      const form = { ...newRule('a'), ...more };
      return Object.values(problemsOf(form, [form, ...others])).map((key) => key.replace('lifecycle.wrong.', ''));
    };
    const move = (by: 'days' | 'date', at: string, name: string) => ({ by, days: by === 'days' ? at : '', date: by === 'date' ? at : '', class: name });
    expect(wrong({})).toEqual([]);
    expect(wrong({ ends: 'never' })).toEqual(['nothing']);
    expect(wrong({ days: '0' })).toEqual(['days']);
    expect(wrong({ days: 'ten' })).toEqual(['days']);
    expect(wrong({ ends: 'date' })).toEqual(['date']);
    expect(wrong({}, [newRule('a')])).toEqual(['name']);
    expect(wrong({ tags: [{ key: '', value: 'v' }] })).toEqual(['tag']);
    expect(wrong({ tags: [{ key: 'k', value: 'v' }, { key: 'k', value: 'w' }] })).toEqual(['tag_twice']);
    expect(wrong({ larger: '5', smaller: '5' })).toEqual(['sizes']);
    expect(wrong({ larger: '1.5' })).toEqual(['size']);
    expect(wrong({ ends: 'markers', smaller: '5' })).toEqual(['markers']);
    expect(wrong({ abort: '7', tags: [{ key: 'k', value: '' }] })).toEqual(['abort']);
    expect(wrong({ newer: '3' })).toEqual(['days']);
    expect(wrong({ oldDays: '1', newer: '101' })).toEqual(['newer']);
    expect(wrong({ moves: [move('days', '29', 'STANDARD_IA')] })).toEqual(['rare']);
    expect(wrong({ days: '100', moves: [move('days', '30', 'STANDARD_IA'), move('days', '59', 'GLACIER')] })).toEqual(['stay']);
    expect(wrong({ days: '100', moves: [move('days', '9', 'GLACIER'), move('days', '9', 'DEEP_ARCHIVE')] })).toEqual(['order']);
    expect(wrong({ moves: [move('days', '1', 'GLACIER'), move('days', '2', 'GLACIER')] })).toEqual(['class_twice']);
    expect(wrong({ moves: [move('date', '2030-01-01', 'GLACIER')] })).toEqual(['mixed']);
    expect(wrong({ days: '30', moves: [move('days', '30', 'GLACIER')] })).toEqual(['end']);
    expect(wrong({ moves: [move('days', '', 'GLACIER')] })).toEqual(['move']);
    expect(wrong({ oldDays: '3', oldMoves: [{ days: '3', newer: '', class: 'GLACIER' }] })).toEqual(['end']);
  });
});
