/** A key that no address can name: browsers take `.` and `..` out of paths, however they are written. */
export class Unaddressable extends Error {}

export const isAddressable = (key: string) => key !== '.' && key !== '..';

/**
 * The path of an object under `s3/`. A slash stays a slash, unless a step of the path would be taken
 * for "here" or "above"; then it is written as %2F, which makes one step of all of them.
 */
export function objectPath(bucket: string, key: string): string {
  const steps = key.split('/');
  const dots = steps.some((step) => step === '.' || step === '..');
  if (!isAddressable(key)) throw new Unaddressable(key);
  return `s3/${encodeURIComponent(bucket)}/${steps.map(encodeURIComponent).join(dots ? '%2F' : '/')}`;
}
