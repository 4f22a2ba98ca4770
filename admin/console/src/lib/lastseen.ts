import type { ListedUser } from './api/types';

/** When somebody was last there, and how: by a login, or by an access key. */
export function lastSeen(user: Pick<ListedUser, 'last_login' | 'last_key_use'>): { at: string; by: 'login' | 'key' } | undefined {
  const { last_login, last_key_use } = user;
  if (last_login !== null && (last_key_use === null || Date.parse(last_login) >= Date.parse(last_key_use))) return { at: last_login, by: 'login' };
  return last_key_use === null ? undefined : { at: last_key_use, by: 'key' };
}
