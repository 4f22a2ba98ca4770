// The admin interface, one function a request.
import type { AllowedAnswer } from '../allowed';
import { ask, onceKey } from './client';
import type * as Is from './types';
import { saveUnmoved } from './unmoved';

type Signal = AbortSignal | undefined;

const LIST_MAX = 1000;
/** Lists that are shown whole end here. What lies beyond is found by asking for names that contain something. */
export const WHOLE_LIST_MAX = 20_000;

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

/** The first of a list whose names contain what is typed. */
async function search<T>(path: string, typed: string, limit: number, signal: Signal): Promise<T[]> {
  const page: Is.Page<T> = await ask('GET', path, { query: { search: typed || undefined, limit }, signal });
  return page.items;
}

const found = async (path: string, typed: string, limit: number, signal: Signal) => (await search<{ name: string }>(path, typed, limit, signal)).map((each) => each.name);

const of = encodeURIComponent;

export const server = {
  info: (signal?: Signal) => ask<Is.ServerInfo>('GET', 'server', { signal }),
  history: (signal?: Signal) => ask<{ step_seconds: number; items: Is.Rates[] }>('GET', 'server/history', { signal }),
  stats: (signal?: Signal) => ask<Is.Stats>('GET', 'server/stats', { signal }),
  settings: (signal?: Signal) => all<Is.Setting>('server/settings', signal),
  attention: (signal?: Signal) => all<Is.ServerConcern>('server/attention', signal),
};

export const jobs = {
  all: (signal?: Signal) => all<Is.Job>('jobs', signal),
  one: (id: string, signal?: Signal) => ask<Is.Job>('GET', `jobs/${of(id)}`, { signal }),
  start: (job: Is.NewJob) => ask<Is.Job>('POST', 'jobs', { body: job, once: onceKey() }),
  /** Cancels one that runs, and forgets one that has ended. */
  end: (id: string) => ask<void>('DELETE', `jobs/${of(id)}`),
};

/** The keys that wrap the keys of encrypted objects. */
export const kms = {
  all: (signal?: Signal) => all<Is.KmsKey>('kms/keys', signal),
  one: (id: string, signal?: Signal) => ask<Is.KmsKey>('GET', `kms/keys/${of(id)}`, { signal }),
  create: (id: string) => ask<Is.KmsKey>('POST', 'kms/keys', { body: { id }, once: onceKey() }),
  rotate: (id: string) => ask<Is.KmsKey>('POST', `kms/keys/${of(id)}/rotate`, { once: onceKey() }),
  disable: (id: string) => ask<Is.KmsKey>('POST', `kms/keys/${of(id)}/disable`),
  enable: (id: string) => ask<Is.KmsKey>('POST', `kms/keys/${of(id)}/enable`),
};

export const events = {
  page: (cursor?: string, signal?: Signal, webhook?: string) => ask<Is.EventPage>('GET', 'events', { query: { webhook: webhook || undefined, cursor, limit: 100 }, signal }),
  /** What was given up; what waits goes on. */
  remove: (webhook: string) => ask<{ deleted: number }>('DELETE', `events/${of(webhook)}`),
  retry: (webhook: string) => ask<{ retried: number }>('POST', `events/${of(webhook)}/retry`),
};

export const lifecycle = {
  runs: (signal?: Signal) => all<Is.LifecycleRun>('lifecycle/runs', signal),
  dryRun: (bucket: string, cursor?: string, signal?: Signal) =>
    ask<Is.Page<Is.DryRunEntry>>('GET', `buckets/${of(bucket)}/lifecycle/dry-run`, { query: { cursor, limit: 100 }, signal }),
};

/** How far deleting goes: also over what is locked in governance mode. */
export interface Force {
  bypass_governance?: true;
}

export const buckets = {
  all: (signal?: Signal) => all<Is.BucketListed>('buckets', signal),
  one: (name: string, signal?: Signal) => ask<Is.Bucket>('GET', `buckets/${of(name)}`, { signal }),
  allowed: (name: string, prefix: string, signal?: Signal) =>
    ask<AllowedAnswer>('GET', `buckets/${of(name)}/allowed`, { query: { prefix: prefix || undefined }, signal }),
  create: (bucket: Is.NewBucket) => ask<void>('POST', 'buckets', { body: bucket, once: onceKey() }),
  remove: (name: string) => ask<void>('DELETE', `buckets/${of(name)}`),
  setQuota: (name: string, quota: Is.Quota) => ask<void>('PUT', `buckets/${of(name)}/quota`, { body: quota }),
  setHolder: (name: string, user: string | null) => ask<void>('PUT', `buckets/${of(name)}/holder`, { body: { user } }),
  config: <T>(name: string, kind: string, signal?: Signal) =>
    ask<T>('GET', `buckets/${of(name)}/config/${kind}`, { signal }),
  setConfig: (name: string, kind: string, body: unknown) =>
    ask<void>('PUT', `buckets/${of(name)}/config/${kind}`, { body }),
  /** Throws `Moved` where it is not what was seen any more. */
  saveConfig: <T>(name: string, kind: string, body: T, isSeen: (now: T | null) => boolean) => {
    const path = `buckets/${of(name)}/config/${kind}`;
    return saveUnmoved<T, void>(path, isSeen, (tag) => ask('PUT', path, { body, tag }));
  },
  removeConfig: (name: string, kind: string) => ask<void>('DELETE', `buckets/${of(name)}/config/${kind}`),
  uploads: (name: string, prefix: string, cursor?: string, signal?: Signal) =>
    ask<Is.Page<Is.Unfinished>>('GET', `buckets/${of(name)}/uploads`, { query: { prefix: prefix || undefined, cursor, limit: 100 }, signal }),
  dropUpload: (name: string, key: string, upload_id: string) =>
    ask<void>('DELETE', `buckets/${of(name)}/uploads`, { query: { key, upload_id } }),
  empty: (name: string, how: Force) => ask<Is.Job>('POST', `buckets/${of(name)}/empty`, { body: how, once: onceKey() }),
  zip: (name: string, what: { keys: string[] } | { prefix: string }) =>
    ask<{ url: string; expires_in: number }>('POST', `buckets/${of(name)}/zip`, { body: what }),
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
  remove: (bucket: string, keys: VersionOf[], how: Force = {}) =>
    ask<{ items: Is.DeleteOutcome[] }>('POST', `buckets/${of(bucket)}/objects/delete`, { body: { objects: keys, ...how } }),
  setTags: (bucket: string, key: string, tags: Record<string, string>, version?: string) =>
    ask<void>('PUT', `buckets/${of(bucket)}/object/tags`, { query: { key, version }, body: { tags } }),
  setMetadata: (bucket: string, key: string, body: Is.Headers) =>
    ask<Is.Copied>('PUT', `buckets/${of(bucket)}/object/metadata`, { query: { key }, body }),
  setRetention: (bucket: string, key: string, version: string | undefined, to: { mode: string | null; until: string | null }, bypass: boolean) =>
    ask<void>('PUT', `buckets/${of(bucket)}/object/retention`, { query: { key, version, bypass_governance: bypass || undefined }, body: to }),
  setHold: (bucket: string, key: string, version: string | undefined, on: boolean) =>
    ask<void>('PUT', `buckets/${of(bucket)}/object/legal-hold`, { query: { key, version }, body: { on } }),
  restore: (bucket: string, key: string, version: string) =>
    ask<Is.Copied>('POST', `buckets/${of(bucket)}/object/restore-version`, { body: { key, version } }),
  copy: (bucket: string, body: Is.CopyTo) => ask<Is.Copied>('POST', `buckets/${of(bucket)}/object/copy`, { body }),
  move: (bucket: string, body: Is.CopyTo) => ask<Is.Copied>('POST', `buckets/${of(bucket)}/object/move`, { body }),
  /** A link for the browser's player, good with the cookie that comes with it. */
  preview: (bucket: string, body: { key: string; version?: string; content_type: string }, signal?: Signal) =>
    ask<{ url: string; expires_in: number }>('POST', `buckets/${of(bucket)}/preview`, { body, signal }),
  /** A link to the object as a file, good with the cookie that comes with it. */
  download: (bucket: string, body: VersionOf) => ask<{ url: string; expires_in: number }>('POST', `buckets/${of(bucket)}/download`, { body }),
  presign: (bucket: string, body: { key: string; method?: 'GET' | 'PUT'; version?: string; expires_in: number; content_disposition?: string; access_key?: string }) =>
    ask<Is.Link>('POST', `buckets/${of(bucket)}/presign`, { body }),
};

export const users = {
  all: (signal?: Signal) => all<Is.ListedUser>('users', signal),
  search: (typed: string, signal?: Signal) => search<Is.ListedUser>('users', typed, LIST_MAX, signal),
  find: (typed: string, limit: number, signal?: Signal) => found('users', typed, limit, signal),
  one: (name: string, signal?: Signal) => ask<Is.User>('GET', `users/${of(name)}`, { signal }),
  permissions: (name: string, signal?: Signal) => all<Is.Permission>(`users/${of(name)}/permissions`, signal),
  create: (body: Is.NewUser) => ask<Is.User>('POST', 'users', { body, once: onceKey() }),
  change: (name: string, body: { name?: string; path?: string; boundary?: string; tags?: Record<string, string | null>; suspended?: boolean }) => ask<void>('PATCH', `users/${of(name)}`, { body }),
  remove: (name: string) => ask<void>('DELETE', `users/${of(name)}`),
  dropSecondFactor: (name: string) => ask<void>('DELETE', `users/${of(name)}/second-factor`),
  tokens: (name: string, signal?: Signal) => all<Is.Token>(`users/${of(name)}/tokens`, signal),
  createToken: (name: string, body: Is.NewToken) => ask<Is.MadeToken>('POST', `users/${of(name)}/tokens`, { body, once: onceKey() }),
  removeToken: (name: string, id: string) => ask<void>('DELETE', `users/${of(name)}/tokens/${of(id)}`),
  logins: (name: string, signal?: Signal) => all<Is.Login>(`users/${of(name)}/sessions`, signal),
  endLogin: (name: string, id: string) => ask<void>('DELETE', `users/${of(name)}/sessions/${of(id)}`),
  setPassword: (name: string, password: string) => ask<void>('PUT', `users/${of(name)}/password`, { body: { password } }),
  removePassword: (name: string) => ask<void>('DELETE', `users/${of(name)}/password`),
};

/** Users and accounts have keys in the same way. */
export type KeyHolder = 'users' | 'accounts';

export const keys = {
  all: (holder: KeyHolder, name: string, signal?: Signal) => all<Is.AccessKey>(`${holder}/${of(name)}/keys`, signal),
  create: (holder: KeyHolder, name: string, body: Is.NewKey) =>
    ask<Is.MadeKey>('POST', `${holder}/${of(name)}/keys`, { body, once: onceKey() }),
  flip: (holder: KeyHolder, name: string, id: string, active: boolean) =>
    ask<void>('PATCH', `${holder}/${of(name)}/keys/${of(id)}`, { body: { active } }),
  remove: (holder: KeyHolder, name: string, id: string) => ask<void>('DELETE', `${holder}/${of(name)}/keys/${of(id)}`),
};

export const accounts = {
  all: (signal?: Signal) => all<Is.Account>('accounts', signal),
  find: (typed: string, limit: number, signal?: Signal) => found('accounts', typed, limit, signal),
  one: (name: string, signal?: Signal) => ask<Is.AccountDetail>('GET', `accounts/${of(name)}`, { signal }),
  create: (body: Is.NewAccount) => ask<Is.MadeAccount>('POST', 'accounts', { body, once: onceKey() }),
  remove: (name: string) => ask<void>('DELETE', `accounts/${of(name)}`),
};

/** Users and groups hold policies in the same way. */
export type Holder = 'users' | 'groups';
/** Accounts, too, as far as managed ones go. */
export type Attachable = Holder | 'accounts';

export const holding = {
  attach: (holder: Attachable, name: string, policy: string) =>
    ask<void>('PUT', `${holder}/${of(name)}/attached/${of(policy)}`),
  detach: (holder: Attachable, name: string, policy: string) =>
    ask<void>('DELETE', `${holder}/${of(name)}/attached/${of(policy)}`),
  inside: (holder: Holder, name: string, policy: string, signal?: Signal) =>
    ask<unknown>('GET', `${holder}/${of(name)}/policies/${of(policy)}`, { signal }),
  /** Refused where there is one of that name already. */
  make: (holder: Holder, name: string, policy: string, document: unknown) =>
    ask<void>('PUT', `${holder}/${of(name)}/policies/${of(policy)}`, { body: document, tag: null }),
  /** Throws `Moved` where it is not what was seen any more. */
  save: (holder: Holder, name: string, policy: string, document: unknown, isSeen: (now: unknown) => boolean) => {
    const path = `${holder}/${of(name)}/policies/${of(policy)}`;
    return saveUnmoved<unknown, void>(path, isSeen, (tag) => ask('PUT', path, { body: document, tag }));
  },
  remove: (holder: Holder, name: string, policy: string) =>
    ask<void>('DELETE', `${holder}/${of(name)}/policies/${of(policy)}`),
};

export const groups = {
  all: (signal?: Signal) => all<Is.Entity>('groups', signal),
  search: (typed: string, signal?: Signal) => search<Is.Entity>('groups', typed, LIST_MAX, signal),
  find: (typed: string, limit: number, signal?: Signal) => found('groups', typed, limit, signal),
  one: (name: string, signal?: Signal) => ask<Is.Group>('GET', `groups/${of(name)}`, { signal }),
  create: (name: string) => ask<Is.Group>('POST', 'groups', { body: { name }, once: onceKey() }),
  change: (name: string, body: { name?: string; path?: string }) => ask<Is.Group>('PATCH', `groups/${of(name)}`, { body }),
  remove: (name: string) => ask<void>('DELETE', `groups/${of(name)}`),
  addMember: (name: string, user: string) => ask<void>('PUT', `groups/${of(name)}/members/${of(user)}`),
  removeMember: (name: string, user: string) => ask<void>('DELETE', `groups/${of(name)}/members/${of(user)}`),
};

export const policies = {
  all: (signal?: Signal) => all<Is.PolicySummary>('policies', signal),
  find: (typed: string, limit: number, signal?: Signal) => found('policies', typed, limit, signal),
  one: (name: string, signal?: Signal) => ask<Is.Policy>('GET', `policies/${of(name)}`, { signal }),
  create: (body: Is.NewPolicy) =>
    ask<Is.Policy>('POST', 'policies', { body, once: onceKey() }),
  /** Throws `Moved` where it is not what was seen any more. */
  save: (name: string, document: unknown, isSeen: (now: Is.Policy | null) => boolean) => {
    const path = `policies/${of(name)}`;
    return saveUnmoved<Is.Policy, Is.Policy>(path, isSeen, (tag) => ask('PUT', path, { body: { document }, tag }));
  },
  versions: (name: string, signal?: Signal) => all<Is.PolicyVersion>(`policies/${of(name)}/versions`, signal),
  bringBack: (name: string, version: number) => ask<Is.Policy>('PUT', `policies/${of(name)}/version`, { body: { version } }),
  uses: (name: string, signal?: Signal) => all<Is.PolicyUse>(`policies/${of(name)}/uses`, signal),
  remove: (name: string) => ask<void>('DELETE', `policies/${of(name)}`),
  limit: (name: string, limits: Is.Limits) => ask<void>('PUT', `policies/${of(name)}/limits`, { body: limits }),
  /** A ready-made one gets those back that it came with. */
  unlimit: (name: string) => ask<void>('DELETE', `policies/${of(name)}/limits`),
  simulate: (question: Is.Question) => ask<{ items: Is.Verdict[] }>('POST', 'simulate', { body: question }),
};

export type AuditFilter = Record<'who' | 'credential' | 'action' | 'target' | 'outcome' | 'address' | 'request_id' | 'from' | 'to', string>;

export const audit = {
  page: (filter: Partial<AuditFilter>, cursor?: string, signal?: Signal) =>
    ask<Is.Page<Is.AuditEntry>>('GET', 'audit', { query: { ...filter, cursor, limit: 100 }, signal }),
};

export const profile = {
  me: (signal?: Signal) => ask<Is.Profile>('GET', 'profile', { signal }),
  setPassword: (body: { current: string; new: string }) => ask<void>('PUT', 'profile/password', { body }),
  beginSecondFactor: (password: string) => ask<Is.SecondFactor>('POST', 'profile/second-factor', { body: { password } }),
  confirmSecondFactor: (code: string) => ask<RecoveryCodes>('PUT', 'profile/second-factor', { body: { code } }),
  dropSecondFactor: (proof: Proof) => ask<void>('DELETE', 'profile/second-factor', { body: proof }),
  newRecoveryCodes: (proof: Proof) => ask<RecoveryCodes>('POST', 'profile/second-factor/recovery-codes', { body: proof }),
  logins: (signal?: Signal) => all<Is.Login>('profile/sessions', signal),
  endLogin: (id: string) => ask<void>('DELETE', `profile/sessions/${of(id)}`),
};

/** What a change of the second factor takes. */
export interface Proof {
  password: string;
  code: string;
}

export interface RecoveryCodes {
  recovery_codes: string[];
}

export const tokens = {
  all: (signal?: Signal) => all<Is.Token>('tokens', signal),
  create: (body: Is.NewToken) =>
    ask<Is.MadeToken>('POST', 'tokens', { body, once: onceKey() }),
  remove: (id: string) => ask<void>('DELETE', `tokens/${of(id)}`),
};
