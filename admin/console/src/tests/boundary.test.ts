import { describe, expect, it } from 'vitest';
import type { Said } from '../lib/api/types';
import { leftOf, overlap, within } from '../lib/boundary';

const says = (actions: string[], resources: string[], more: Partial<Said> = {}): Said => ({ effect: 'allow', actions, not_actions: [], resources, not_resources: [], condition: null, condition_fails: false, ...more });

describe('patterns', () => {
  it('lie within wider ones', () => {
    for (const [inner, outer] of [['s3:getobject', 's3:get*'], ['s3:get*', 's3:*'], ['s3:*', '*'], ['a*b', '*'], ['a*c*b', 'a*b'], ['a?', 'a*'], ['ab', 'a?'], ['*', '**'], ['', '*'], ['${aws:username}', '*']]) {
      expect(within(inner ?? '', outer ?? ''), `${inner} in ${outer}`).toBe(true);
    }
    for (const [inner, outer] of [['s3:*', 's3:get*'], ['a*', 'a?'], ['a', 'b'], ['*', 'a*'], ['ab', 'a'], ['a', 'ab'], ['a*b', 'a*c']]) {
      expect(within(inner ?? '', outer ?? ''), `${inner} in ${outer}`).toBe(false);
    }
  });

  it('meet where something fits both', () => {
    for (const [one, other] of [['a*', '*b'], ['*', ''], ['a?c', 'ab*'], ['home/${aws:username}/*', 'home/anna/x'], ['x*y*z', '*y*']]) {
      expect(overlap(one ?? '', other ?? ''), `${one} and ${other}`).toBe(true);
      expect(overlap(other ?? '', one ?? ''), `${other} and ${one}`).toBe(true);
    }
    for (const [one, other] of [['a*', 'b*'], ['*a', '*b'], ['ab', 'a'], ['a?', 'a']]) expect(overlap(one ?? '', other ?? ''), `${one} and ${other}`).toBe(false);
  });
});

describe('a boundary', () => {
  const photos = says(['s3:Get*', 's3:List*'], ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*']);
  it('leaves what it allows as well', () => {
    expect(leftOf(says(['s3:GetObject'], ['arn:aws:s3:::photos/2026/*']), [photos])).toBe('all');
    expect(leftOf(says(['S3:getobject'], ['arn:aws:s3:::photos/2026/*']), [photos])).toBe('all');
    expect(leftOf(says(['s3:*'], ['*']), [says(['*'], ['*'])])).toBe('all');
  });

  it('cuts what reaches beyond it', () => {
    expect(leftOf(says(['s3:*'], ['arn:aws:s3:::photos/*']), [photos])).toBe('some');
    expect(leftOf(says(['s3:GetObject'], ['*']), [photos])).toBe('some');
    expect(leftOf(says(['s3:PutObject'], ['arn:aws:s3:::photos/*']), [photos])).toBe('none');
    expect(leftOf(says(['s3:GetObject'], ['arn:aws:s3:::music/*']), [photos])).toBe('none');
    expect(leftOf(says(['s3:GetObject'], ['*']), [])).toBe('none');
  });

  it('is not taken for more than can be told', () => {
    const under = says(['*'], ['*'], { condition: { Bool: {} } });
    expect(leftOf(says(['s3:GetObject'], ['*']), [under])).toBe('some');
    expect(leftOf(says(['s3:GetObject'], ['*']), [{ ...under, condition_fails: true }])).toBe('none');
    expect(leftOf(says(['s3:GetObject'], ['*']), [says([], ['*'], { not_actions: ['iam:*'] })])).toBe('some');
    expect(leftOf(says(['s3:GetObject'], ['*']), [says(['*'], ['*']), says(['s3:Get*'], ['arn:aws:s3:::music/*'], { effect: 'deny' })])).toBe('some');
  });
});
