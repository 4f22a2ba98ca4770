// A bucket that is being made: what has been chosen, and what is asked of the server for it.
import { policyTemplates, type ConfigKind, type JsonObject } from './configs';
import { toBytes, toCount, type QuotaUnit } from './quota';

export const STEPS = ['name', 'protection', 'access', 'limits'] as const;
export type Step = (typeof STEPS)[number];

export interface Plan {
  name: string;
  versioning: boolean;
  lock: boolean;
  mode: '' | 'GOVERNANCE' | 'COMPLIANCE';
  /** For how long, as it is typed. */
  lasts: string;
  lastsIn: 'Days' | 'Years';
  isPublic: boolean;
  encryption: '' | 'AES256' | 'aws:kms';
  key: string;
  amount: string;
  unit: QuotaUnit;
  objects: string;
  tags: { Key: string; Value: string }[];
}

export const begun = (name: string): Plan => ({
  name,
  versioning: false,
  lock: false,
  mode: '',
  lasts: '30',
  lastsIn: 'Days',
  isPublic: false,
  encryption: '',
  key: '',
  amount: '',
  unit: 'GiB',
  objects: '',
  tags: [],
});

/** Whether what was chosen in a step can be asked for; a name has rules of its own. */
export function isRight(plan: Plan, step: Exclude<Step, 'name'>): boolean {
  if (step === 'protection') return !(plan.lock && plan.mode) || !!toCount(plan.lasts);
  if (step === 'access') return true;
  const names = plan.tags.map((tag) => tag.Key.trim()).filter(Boolean);
  return toBytes(plan.amount, plan.unit) !== undefined && toCount(plan.objects) !== undefined && new Set(names).size === names.length;
}

/** The bucket itself. */
export function bucketOf(plan: Plan) {
  const bytes = toBytes(plan.amount, plan.unit) ?? null;
  const objects = toCount(plan.objects) ?? null;
  return {
    name: plan.name,
    versioning: plan.versioning || plan.lock,
    object_lock: plan.lock,
    ...(bytes || objects ? { quota: { bytes, objects } } : {}),
  };
}

export interface Further {
  kind: ConfigKind;
  document: JsonObject;
}

/** What it gets once it is there, in the order in which it is safe: nothing is open before it is encrypted. */
export function furtherOf(plan: Plan): Further[] {
  const further: Further[] = [];
  if (plan.lock && plan.mode) {
    const DefaultRetention = { Mode: plan.mode, [plan.lastsIn]: toCount(plan.lasts) ?? 1 };
    further.push({ kind: 'object-lock', document: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } } });
  }
  if (plan.encryption) {
    const key = plan.encryption === 'aws:kms' && plan.key.trim() ? { KMSMasterKeyID: plan.key.trim() } : {};
    further.push({ kind: 'encryption', document: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: plan.encryption, ...key } }] } });
  }
  const TagSet = plan.tags.filter((tag) => tag.Key.trim() !== '').map((tag) => ({ Key: tag.Key.trim(), Value: tag.Value }));
  if (TagSet.length > 0) further.push({ kind: 'tagging', document: { TagSet } });
  if (plan.isPublic) further.push({ kind: 'policy', document: policyTemplates(plan.name).read });
  return further;
}
