// Access keys of whoever is logged in.

import type { KeyHolder } from './api/calls';
import type { Action, User } from './api/session.svelte';
import type { AccessKey } from './api/types';

/** By whom keys are made for somebody: a user, or the root of an account, who is called as its account is. */
export function holderOf(user: Pick<User, 'kind' | 'name' | 'account'>): { kind: KeyHolder; name: string } {
  return user.kind === 'user' ? { kind: 'users', name: user.name } : { kind: 'accounts', name: user.account };
}

export const mayListKeys = (kind: KeyHolder): Action => (kind === 'users' ? 'iam:ListAccessKeys' : 'cairn:ListAccounts');
export const mayCreateKeys = (kind: KeyHolder): Action => (kind === 'users' ? 'iam:CreateAccessKey' : 'cairn:ManageAccountKeys');

/** Whether something can be signed with it now. */
export function signs(key: Pick<AccessKey, 'active' | 'expires'>, now = Date.now()): boolean {
  return key.active && (key.expires === null || Date.parse(key.expires) > now);
}
