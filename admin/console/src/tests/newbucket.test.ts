import { describe, expect, it } from 'vitest';
import { begun, bucketOf, furtherOf, isRight } from '../lib/newbucket';

describe('a bucket that is being made', () => {
  it('asks for nothing beyond its name unless somebody chooses it', () => {
    const plan = begun('photos');
    expect(bucketOf(plan)).toEqual({ name: 'photos', versioning: false, object_lock: false });
    expect(furtherOf(plan)).toEqual([]);
  });

  it('has versions where it has a lock, and the retention that was chosen', () => {
    const plan = { ...begun('ledger'), lock: true, mode: 'COMPLIANCE' as const, lasts: '7', lastsIn: 'Years' as const };
    expect(bucketOf(plan)).toEqual({ name: 'ledger', versioning: true, object_lock: true });
    expect(furtherOf(plan)).toEqual([{ kind: 'object-lock', document: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 7 } } } }]);
    expect(isRight({ ...plan, lasts: '0' }, 'protection')).toBe(false);
    // Without a lock there is nothing to hold for so long.
    expect(isRight({ ...plan, lasts: '0', lock: false }, 'protection')).toBe(true);
  });

  it('is encrypted before it is open', () => {
    const further = furtherOf({ ...begun('site'), isPublic: true, encryption: 'aws:kms', key: ' k1 ', tags: [{ Key: ' team ', Value: 'web' }, { Key: '', Value: 'left out' }] });
    expect(further.map((each) => each.kind)).toEqual(['encryption', 'tagging', 'policy']);
    expect(further[0]?.document).toEqual({ Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'k1' } }] });
    expect(further[1]?.document).toEqual({ TagSet: [{ Key: 'team', Value: 'web' }] });
  });

  it('finds fault with amounts that are none, and with tags that are named twice', () => {
    expect(isRight({ ...begun('a-b'), amount: '1.5', objects: '10' }, 'limits')).toBe(true);
    expect(bucketOf({ ...begun('a-b'), amount: '1.5', objects: '10' }).quota).toEqual({ bytes: 1.5 * 2 ** 30, objects: 10 });
    expect(isRight({ ...begun('a-b'), amount: 'much' }, 'limits')).toBe(false);
    expect(isRight({ ...begun('a-b'), tags: [{ Key: 'a', Value: '1' }, { Key: 'a ', Value: '2' }] }, 'limits')).toBe(false);
  });
});
