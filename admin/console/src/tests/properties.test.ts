import { describe, expect, it } from 'vitest';
import type { Headers, ObjectFacts } from '../lib/api/types';
import { headersAfter, isSame, isSameHeaders, isWeaker, tagsAfter, wrongLine, type Line } from '../lib/properties';

const line = (how: 'set' | 'remove', field: Line['field'], name: string, value = ''): Line => ({ how, field, name, value });
const before: Headers = { content_type: 'text/plain', content_encoding: null, content_language: null, content_disposition: null, cache_control: 'no-store', expires: null, metadata: { a: '1', b: '2' } };

describe('what is changed of many objects', () => {
  it('leaves alone what no line is about', () => {
    expect(tagsAfter({ a: '1', b: '2' }, [line('set', 'tag', 'c', ''), line('remove', 'tag', 'a')], false)).toEqual({ b: '2', c: '' });
    expect(tagsAfter({ a: '1', b: '2' }, [line('set', 'tag', 'c', '3')], true)).toEqual({ c: '3' });
    expect(tagsAfter({ A: '1' }, [line('set', 'tag', 'a', '2')], false)).toEqual({ A: '1', a: '2' });
    const after = headersAfter(before, [line('set', 'content_type', '', ' text/html '), line('remove', 'cache_control', ''), line('set', 'metadata', 'A', 'x'), line('remove', 'metadata', 'b')], false);
    expect(after).toEqual({ ...before, content_type: 'text/html', cache_control: null, metadata: { a: 'x' } });
    expect(headersAfter(before, [], true)).toEqual({ ...before, metadata: {} });
    expect(before.metadata).toEqual({ a: '1', b: '2' });
  });

  it('is nothing where all is so already', () => {
    expect(isSame({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
    expect(isSame({ a: '1' }, { a: '' })).toBe(false);
    expect(isSameHeaders(before, { ...before, content_encoding: '' })).toBe(true);
    expect(isSameHeaders(before, { ...before, metadata: {} })).toBe(false);
  });

  it('is told where a line cannot be carried out', () => {
    expect(wrongLine([], false)).toBe('none');
    expect(wrongLine([], true)).toBeUndefined();
    expect(wrongLine([line('set', 'tag', '')], false)).toBe('unnamed');
    expect(wrongLine([line('set', 'tag', 'a'), line('remove', 'tag', 'a')], false)).toBe('twice');
    expect(wrongLine([line('set', 'metadata', 'expires', 'x'), line('remove', 'expires', '')], false)).toBeUndefined();
    expect(wrongLine([line('set', 'metadata', 'A', 'x'), line('set', 'metadata', 'a', 'x')], false)).toBe('twice');
    expect(wrongLine([line('set', 'content_type', '', ' ')], false)).toBe('empty');
  });

  it('says when a lock would become weaker', () => {
    const day = 86_400_000;
    const at = (days: number) => new Date(Date.now() + days * day).toISOString();
    const locked = (mode: string | null, days: number) => ({ lock: { mode, until: mode && at(days), legal_hold: false } }) as ObjectFacts;
    expect(isWeaker(locked(null, 0), { mode: null, until: null })).toBe(false);
    expect(isWeaker(locked('GOVERNANCE', 5), { mode: null, until: null })).toBe(true);
    expect(isWeaker(locked('GOVERNANCE', 5), { mode: 'GOVERNANCE', until: at(4) })).toBe(true);
    expect(isWeaker(locked('GOVERNANCE', 5), { mode: 'COMPLIANCE', until: at(6) })).toBe(false);
    expect(isWeaker(locked('COMPLIANCE', 5), { mode: 'GOVERNANCE', until: at(6) })).toBe(true);
    expect(isWeaker(locked('GOVERNANCE', -5), { mode: null, until: null })).toBe(false);
  });
});
