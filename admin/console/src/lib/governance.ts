// Deleting what is locked in governance mode: a right of its own, offered to who has it, and chosen each time.
import type { Allowed } from './allowed';
import type { Force } from './api/calls';
import type { Bucket } from './api/types';
import { decide, type Question } from './confirm.svelte';
import { t } from './i18n/i18n.svelte';

export const mayBypass = (bucket: Bucket, may: Allowed) => bucket.object_lock && may.toObjects('s3:BypassGovernanceRetention');

/** Asks before versions are deleted. Answers with how far it goes; nothing where it is not to be done. */
export async function confirmDeletion(bucket: Bucket, may: Allowed, what: Question): Promise<Force | undefined> {
  const choice = { label: t('governance.bypass'), text: t('governance.bypass_text'), typed: bucket.name };
  const decision = await decide(mayBypass(bucket, may) ? { ...what, choice } : what);
  if (decision === 'no') return undefined;
  return decision === 'chosen' ? { bypass_governance: true } : {};
}
