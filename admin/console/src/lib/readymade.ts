import type { PolicySummary } from './api/types';
import { known, t } from './i18n/i18n.svelte';

/** Ready-made policies for people, from what may least to what may all. */
export const ROLES = ['guest', 'user', 'premium', 'admin'] as const;

/** What a policy is for; of ready-made ones in the language of the reader. */
export function descriptionOf(policy: Pick<PolicySummary, 'name' | 'description' | 'is_ready_made'>): string {
  const key = `ready.${policy.name}`;
  return policy.is_ready_made && known(key) ? t(key) : (policy.description ?? '');
}
