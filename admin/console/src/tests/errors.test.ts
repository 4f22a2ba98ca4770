import { afterEach, expect, it, vi } from 'vitest';


afterEach(() => vi.unstubAllGlobals());

async function fresh() {
  vi.resetModules();
  vi.stubGlobal('navigator', { language: 'en' });
  vi.stubGlobal('document', { querySelector: () => null, documentElement: {} });
  return import('../lib/api/error');
}

it('tells a limit of a user from the quota of a bucket', async () => {
  const { ApiError, explain } = await fresh();
  const ofUser = 'The limit of 10 objects in all buckets of the user who made this one would be exceeded.';
  expect(explain(new ApiError(403, 'QuotaExceeded', ofUser))).toBe(ofUser);
  expect(explain(new ApiError(403, 'QuotaExceeded', 'The quota of 10 objects would be exceeded.'))).toContain('quota of the bucket');
});
