/** The rules for names of buckets, each told apart, so that a form can show which one is missed. */
export const NAME_RULES = ['length', 'letters', 'ends', 'dots', 'address', 'reserved'] as const;
export type NameRule = (typeof NAME_RULES)[number];

const RESERVED_STARTS = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_ENDS = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** The rules a name breaks, in the order above. */
export function brokenRules(name: string): NameRule[] {
  const kept: Record<NameRule, boolean> = {
    length: name.length >= 3 && name.length <= 63,
    letters: /^[a-z0-9.-]*$/.test(name),
    ends: /^[a-z0-9](.*[a-z0-9])?$/s.test(name),
    dots: !name.includes('..'),
    address: !/^\d+\.\d+\.\d+\.\d+$/.test(name),
    reserved:
      !RESERVED_STARTS.some((start) => name.startsWith(start)) && !RESERVED_ENDS.some((end) => name.endsWith(end)),
  };
  return NAME_RULES.filter((rule) => !kept[rule]);
}
