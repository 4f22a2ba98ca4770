/** A size as it is typed: a number and a unit. */
export const QUOTA_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
export type QuotaUnit = (typeof QUOTA_UNITS)[number];

const FACTORS: Record<QuotaUnit, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Bytes; null for no limit, undefined for what is no number. */
export function toBytes(amount: string, unit: QuotaUnit): number | null | undefined {
  if (amount.trim() === '') return null;
  const value = Number(amount.replace(',', '.'));
  return Number.isFinite(value) && value > 0 ? Math.round(value * FACTORS[unit]) || undefined : undefined;
}

/** In the largest unit that says it exactly, with what can be read at a glance. */
export function fromBytes(bytes: number | null | undefined): { amount: string; unit: QuotaUnit } {
  if (!bytes) return { amount: '', unit: 'GiB' };
  const isShort = (unit: QuotaUnit) => bytes >= FACTORS[unit] && Number.isInteger((bytes / FACTORS[unit]) * 8);
  const unit = QUOTA_UNITS.findLast(isShort) ?? 'B';
  return { amount: String(bytes / FACTORS[unit]), unit };
}

/** A whole number; null for no limit, undefined for what is none. */
export function toCount(amount: string): number | null | undefined {
  if (amount.trim() === '') return null;
  return /^[1-9]\d{0,14}$/.test(amount.trim()) ? Number(amount) : undefined;
}
