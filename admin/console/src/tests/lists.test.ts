import { afterEach, describe, expect, it, vi } from 'vitest';
import { momentOf } from '../lib/format';
import { further } from '../lib/further';
import { listOf } from '../lib/listof';
import { unknownActions } from '../lib/policycheck';


describe('lists', () => {
  it('show nothing twice that has moved up into the first page', () => {
    const id = (one: { id: number }) => String(one.id);
    const of = (...ids: number[]) => ids.map((id) => ({ id }));
    expect(further(of(1, 2), of(3, 4), id)).toEqual(of(3, 4));
    expect(further(of(2, 3), of(3, 4), id)).toEqual(of(4));
    expect(further([], of(3), id)).toEqual(of(3));
  });

  it('are typed with each once', () => {
    expect(listOf('s3:GetObject\n s3:GetObject, s3:PutObject\n')).toEqual(['s3:GetObject', 's3:PutObject']);
  });

  it('are asked for by moments, and by nothing that is none', () => {
    expect(momentOf('x')).toBeUndefined();
    expect(momentOf('')).toBeUndefined();
    expect(momentOf('2026-11-26T10:00:00Z')).toBe('2026-11-26T10:00:00.000Z');
  });
});

describe('patterns of actions', () => {
  const unknown = (action: string) => unknownActions(JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] }, null, 2)).length > 0;

  it('are known where one of the actions fits', () => {
    for (const action of ['*', 's3:*', 'S3:GETOBJECT', 's3:Get*', 's3:*Object', 's3:Ge?Object', 's3:*e*O*t', 's*:GetObject', 's3:GetObject*', 's3:**']) expect(unknown(action), action).toBe(false);
    for (const action of ['s3:GetObjet', 's3:Get*x', 's3:?', 's3:GetObject?', 's3', 'sx:*', 's3:.*', 's3:Get.*', 's3:*GetObjectGetObject']) expect(unknown(action), action).toBe(true);
  });

  it('end, however many stars they have', () => {
    const began = performance.now();
    expect(unknown(`s3:${'?*'.repeat(40)}0`)).toBe(true);
    expect(unknown(`s3:${'*a'.repeat(200)}`)).toBe(true);
    // Shared out in every way, this takes longer than anybody waits.
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('the rows of a folder', () => {
  afterEach(() => vi.doUnmock('../lib/api/calls'));

  it('are fine again once they have come, however they failed before', async () => {
    vi.resetModules();
    let fails = true;
    const page = { items: [{ key: 'a.txt', size: 1, etag: '', modified: '', storage_class: '' }], prefixes: [], next: null };
    vi.doMock('../lib/api/calls', () => ({ objects: { list: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(page)) } }));
    const { Listing } = await import('../lib/listing.svelte');
    const listing = new Listing({ bucket: 'b', prefix: '', versions: false });
    await listing.more();
    expect(listing.error).toBeInstanceOf(Error);
    fails = false;
    await listing.again();
    expect(listing.rows.map((row) => row.key)).toEqual(['a.txt']);
    expect(listing.error).toBeUndefined();
  });
});
