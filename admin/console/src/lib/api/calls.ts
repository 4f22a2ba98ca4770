// The admin interface, one function a request.
import { ask, onceKey } from './client';
import type * as Is from './types';

type Signal = AbortSignal | undefined;

const LIST_MAX = 1000;
/** Lists that are shown whole end here; what lies beyond is found by searching. */
const WHOLE_LIST_MAX = 20_000;

/** All pages of a list. */
async function all<T>(path: string, signal: Signal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: LIST_MAX, cursor };
    const page: Is.Page<T> = await ask('GET', path, { query, signal });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor && items.length < WHOLE_LIST_MAX);
  return items;
}

const of = encodeURIComponent;

export const server = {
  info: (signal?: Signal) => ask<Is.ServerInfo>('GET', 'server', { signal }),
};

export const buckets = {
  all: (signal?: Signal) => all<Is.Bucket>('buckets', signal),
  one: (name: string, signal?: Signal) => ask<Is.Bucket>('GET', `buckets/${of(name)}`, { signal }),
  create: (bucket: Is.NewBucket) => ask<void>('POST', 'buckets', { body: bucket, once: onceKey() }),
  remove: (name: string) => ask<void>('DELETE', `buckets/${of(name)}`),
  setQuota: (name: string, quota: Is.Quota) => ask<void>('PUT', `buckets/${of(name)}/quota`, { body: quota }),
  config: <T>(name: string, kind: string, signal?: Signal) =>
    ask<T>('GET', `buckets/${of(name)}/config/${kind}`, { signal }),
  setConfig: (name: string, kind: string, body: unknown) =>
    ask<void>('PUT', `buckets/${of(name)}/config/${kind}`, { body }),
  removeConfig: (name: string, kind: string) => ask<void>('DELETE', `buckets/${of(name)}/config/${kind}`),
};

export interface Listing {
  prefix?: string;
  delimiter?: string;
  cursor?: string | undefined;
  limit?: number;
}

export interface VersionOf {
  key: string;
  version?: string;
}

export const objects = {
  list: (bucket: string, listing: Listing, signal?: Signal) =>
    ask<Is.ObjectPage>('GET', `buckets/${of(bucket)}/objects`, { query: { ...listing }, signal }),
  versions: (bucket: string, listing: Listing, signal?: Signal) =>
    ask<Is.VersionPage>('GET', `buckets/${of(bucket)}/versions`, { query: { ...listing }, signal }),
  facts: (bucket: string, key: string, version?: string, signal?: Signal) =>
    ask<Is.ObjectFacts>('GET', `buckets/${of(bucket)}/object`, { query: { key, version }, signal }),
  remove: (bucket: string, keys: VersionOf[]) =>
    ask<{ items: Is.DeleteOutcome[] }>('POST', `buckets/${of(bucket)}/objects/delete`, { body: { objects: keys } }),
  setTags: (bucket: string, key: string, tags: Record<string, string>, version?: string) =>
    ask<void>('PUT', `buckets/${of(bucket)}/object/tags`, { query: { key, version }, body: { tags } }),
  setMetadata: (bucket: string, key: string, body: Is.Headers) =>
    ask<void>('PUT', `buckets/${of(bucket)}/object/metadata`, { query: { key }, body }),
  restore: (bucket: string, key: string, version: string) =>
    ask<void>('POST', `buckets/${of(bucket)}/object/restore-version`, { body: { key, version } }),
  copy: (bucket: string, body: Is.CopyTo) => ask<void>('POST', `buckets/${of(bucket)}/object/copy`, { body }),
  move: (bucket: string, body: Is.CopyTo) => ask<void>('POST', `buckets/${of(bucket)}/object/move`, { body }),
  presign: (bucket: string, body: { key: string; version?: string; expires_in: number; content_disposition?: string }) =>
    ask<{ url: string; expires: string }>('POST', `buckets/${of(bucket)}/presign`, { body }),
};

export const users = {
  all: (signal?: Signal) => all<Is.Entity>('users', signal),
  one: (name: string, signal?: Signal) => ask<Is.User>('GET', `users/${of(name)}`, { signal }),
  create: (body: { name: string; password?: string }) => ask<Is.User>('POST', 'users', { body, once: onceKey() }),
  remove: (name: string) => ask<void>('DELETE', `users/${of(name)}`),
  setPassword: (name: string, password: string) => ask<void>('PUT', `users/${of(name)}/password`, { body: { password } }),
  removePassword: (name: string) => ask<void>('DELETE', `users/${of(name)}/password`),
  keys: (name: string, signal?: Signal) => all<Is.AccessKey>(`users/${of(name)}/keys`, signal),
  createKey: (name: string, body: { description?: string; expires?: string }) =>
    ask<Is.MadeKey>('POST', `users/${of(name)}/keys`, { body, once: onceKey() }),
  switchKey: (name: string, id: string, active: boolean) =>
    ask<void>('PATCH', `users/${of(name)}/keys/${of(id)}`, { body: { active } }),
  removeKey: (name: string, id: string) => ask<void>('DELETE', `users/${of(name)}/keys/${of(id)}`),
};

/** Users and groups hold policies in the same way. */
export type Holder = 'users' | 'groups';

export const holding = {
  attach: (holder: Holder, name: string, policy: string) =>
    ask<void>('PUT', `${holder}/${of(name)}/attached/${of(policy)}`),
  detach: (holder: Holder, name: string, policy: string) =>
    ask<void>('DELETE', `${holder}/${of(name)}/attached/${of(policy)}`),
  inside: (holder: Holder, name: string, policy: string, signal?: Signal) =>
    ask<unknown>('GET', `${holder}/${of(name)}/policies/${of(policy)}`, { signal }),
  put: (holder: Holder, name: string, policy: string, document: unknown) =>
    ask<void>('PUT', `${holder}/${of(name)}/policies/${of(policy)}`, { body: document }),
  remove: (holder: Holder, name: string, policy: string) =>
    ask<void>('DELETE', `${holder}/${of(name)}/policies/${of(policy)}`),
};

export const groups = {
  all: (signal?: Signal) => all<Is.Entity>('groups', signal),
  one: (name: string, signal?: Signal) => ask<Is.Group>('GET', `groups/${of(name)}`, { signal }),
  create: (name: string) => ask<Is.Group>('POST', 'groups', { body: { name }, once: onceKey() }),
  remove: (name: string) => ask<void>('DELETE', `groups/${of(name)}`),
  addMember: (name: string, user: string) => ask<void>('PUT', `groups/${of(name)}/members/${of(user)}`),
  removeMember: (name: string, user: string) => ask<void>('DELETE', `groups/${of(name)}/members/${of(user)}`),
};

export const policies = {
  all: (signal?: Signal) => all<Is.PolicySummary>('policies', signal),
  one: (name: string, signal?: Signal) => ask<Is.Policy>('GET', `policies/${of(name)}`, { signal }),
  create: (body: { name: string; description?: string; document: unknown }) =>
    ask<Is.Policy>('POST', 'policies', { body, once: onceKey() }),
  save: (name: string, document: unknown) => ask<Is.Policy>('PUT', `policies/${of(name)}`, { body: { document } }),
  remove: (name: string) => ask<void>('DELETE', `policies/${of(name)}`),
  simulate: (question: Is.Question) => ask<{ items: Is.Verdict[] }>('POST', 'simulate', { body: question }),
};

export type AuditFilter = Record<'who' | 'action' | 'target' | 'outcome' | 'from' | 'to', string>;

export const audit = {
  page: (filter: Partial<AuditFilter>, cursor?: string, signal?: Signal) =>
    ask<Is.Page<Is.AuditEntry>>('GET', 'audit', { query: { ...filter, cursor, limit: 100 }, signal }),
};

export const profile = {
  setPassword: (body: { current: string; new: string }) => ask<void>('PUT', 'profile/password', { body }),
};
