// What the admin interface answers, as its OpenAPI document has it.

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Drive {
  path: string;
  total_bytes: number;
  free_bytes: number;
  reserve_bytes: number;
  idle_bytes: number;
}

export interface ServerInfo {
  version: string;
  region: string;
  started: string;
  data: string;
  s3_listeners: string[];
  s3_endpoint: string;
  drives: Drive[];
  stopped: boolean;
}

/** What has been counted since the server was started. */
export interface Stats {
  answers: { success: number; redirect: number; client_error: number; server_error: number };
  received_bytes: number;
  sent_bytes: number;
}

export interface Totals {
  buckets: number;
  objects: number;
  versions: number;
  bytes: number;
}

/** One second of the server. */
/** Means of some time, which ends then. */
export interface Rates {
  time: string;
  requests_per_second: { success: number; redirect: number; client_error: number; server_error: number };
  received_bytes_per_second: number;
  sent_bytes_per_second: number;
  errors_per_second: number;
  failures_per_second: number;
  p50_seconds: number | null;
  p99_seconds: number | null;
  requests_in_flight: number;
  connections: number;
}

export interface Second extends Rates {
  totals: Totals;
}

export interface Quota {
  bytes: number | null;
  objects: number | null;
}

export interface Usage {
  objects: number;
  versions: number;
  bytes: number;
  uploads: number;
  upload_bytes: number;
}

export interface Bucket {
  /** Only its name is known: one may not look at it, but at what is in it. */
  unknown?: true;
  name: string;
  created: string;
  owner: string;
  versioning: 'off' | 'enabled' | 'suspended';
  object_lock: boolean;
  quota: Quota;
  usage: Usage;
  /** The user towards whose limits it counts. */
  counts_for: string | null;
}

/** What the server says should be looked at; later servers know more kinds. */
export interface ServerConcern {
  kind: string;
  level: 'warning' | 'critical';
  about: string | null;
  share: number | null;
  count: number | null;
  time: string | null;
  message: string;
  next: string;
}

/** In a list: of a bucket that one may not look at nothing is told but its name. */
export type BucketListed = Pick<Bucket, 'name' | 'created'> & { [K in Exclude<keyof Bucket, 'name' | 'created'>]: Bucket[K] | null };

export interface NewBucket {
  name: string;
  versioning: boolean;
  object_lock: boolean;
  quota?: Quota;
}

export interface ObjectEntry {
  key: string;
  size: number;
  etag: string;
  modified: string;
  storage_class: string;
}

export interface ObjectPage extends Page<ObjectEntry> {
  prefixes: string[];
}

export interface VersionEntry {
  key: string;
  version: string;
  is_latest: boolean;
  is_delete_marker: boolean;
  size: number | null;
  etag: string | null;
  modified: string;
  storage_class: string | null;
}

export interface VersionPage extends Page<VersionEntry> {
  prefixes: string[];
}

/** What comes with an object, all of which is replaced together. */
export interface Headers {
  content_type: string | null;
  content_encoding: string | null;
  content_language: string | null;
  content_disposition: string | null;
  cache_control: string | null;
  expires: string | null;
  metadata: Record<string, string>;
}

export interface ObjectFacts extends Headers {
  key: string;
  version: string | null;
  size: number;
  etag: string;
  modified: string;
  storage_class: string;
  tags: Record<string, string> | null;
  lock: { mode: string | null; until: string | null; legal_hold: boolean };
  checksums: Record<string, string>;
  encryption: { algorithm: string; kms_key: string | null } | null;
  parts: number | null;
}

export interface CopyTo {
  key: string;
  version?: string;
  to_bucket: string;
  to_key: string;
  only_if_absent: boolean;
}

/** What a copy has made. */
export interface Copied {
  version: string | null;
  etag: string | null;
}

export interface DeleteOutcome {
  key: string;
  version: string | null;
  delete_marker: string | null;
  error: { code: string; message: string } | null;
}

export interface Entity {
  name: string;
  path: string;
  arn: string;
  id: string;
  created: string;
}

/** A user in a list. Null is what one may not see, and what never was. */
export interface ListedUser extends Entity {
  last_login: string | null;
  keys: number | null;
  last_key_use: string | null;
  groups: string[] | null;
}

export interface Attached {
  name: string;
  arn: string;
}

/** What users and groups hold in the same way. */
export interface Holding {
  attached_policies: Attached[];
  /** Names of the policies inside of it. */
  policies: string[];
}

export interface User extends Entity, Holding {
  tags: Record<string, string>;
  boundary: string | null;
  has_password: boolean;
  last_login: string | null;
  second_factor?: boolean;
  limits?: Limits | null;
  usage?: { bytes: number; objects: number } | null;
  groups: string[];
}

export interface NewUser {
  name: string;
  password?: string;
  path?: string;
  tags?: Record<string, string>;
  /** The ARN of a policy. */
  boundary?: string;
}

export interface Group extends Entity, Holding {
  members: Entity[];
}

export interface AccessKey {
  id: string;
  created: string;
  active: boolean;
  expires: string | null;
  description: string | null;
  restricted: boolean;
  last_used?: string | null;
}

export interface NewKey {
  description?: string;
  expires?: string;
  /** A policy. */
  restriction?: unknown;
  /** One that is taken over from elsewhere, with its secret. */
  id?: string;
  secret?: string;
}

/** Whom buckets belong to. */
export interface Account {
  name: string;
  id: string;
  arn: string;
  /** Twelve digits of one that has users, groups and policies of its own. */
  number: string | null;
  display_name: string;
  email: string | null;
  created: string;
  is_servers_own: boolean;
}

export interface MadeAccount extends Account {
  key: MadeKey;
}

export interface NewAccount {
  name: string;
  number?: string;
  display_name?: string;
  email?: string;
  /** The canonical id. */
  id?: string;
  access_key?: string;
  secret_key?: string;
}

export interface MadeKey extends AccessKey {
  secret: string;
}

export interface PolicySummary {
  name: string;
  arn: string;
  path: string;
  description: string | null;
  created: string;
  updated: string;
  is_ready_made: boolean;
  attachments: number;
  boundaries: number;
  limits?: Limits | null;
}

export interface Policy extends PolicySummary {
  tags: Record<string, string>;
  version: number;
  document: unknown;
}

export interface NewPolicy {
  name: string;
  description?: string;
  path?: string;
  tags?: Record<string, string>;
  document: unknown;
}

export interface Question {
  principal: string;
  actions: string[];
  resources: string[];
  /** What conditions are to be told. */
  context?: Record<string, string[]>;
}

/** What policies decide of one action on one resource, and because of which statements. */
export interface Verdict {
  action: string;
  /** Null where it was asked about none: then the statements say on what. */
  resource: string | null;
  decision: 'allowed' | 'explicitly_denied' | 'implicitly_denied' | 'depends';
  scope: 'everything' | 'principal' | 'statements';
  ground: 'policies' | 'public_access_block' | 'acl' | 'acl_to_account' | null;
  statements: {
    policy: string | null;
    source: 'standing' | 'identity' | 'boundary' | 'session' | 'restriction' | 'resource';
    sid: string | null;
    says?: Said | null;
  }[];
  missing_context: string[];
}

/** What a statement says. */
export interface Said {
  effect: 'allow' | 'deny';
  actions: string[];
  not_actions: string[];
  resources: string[];
  not_resources: string[];
  condition: unknown;
  condition_fails: boolean;
}

/** A statement that somebody has, and where it comes from. */
export interface Permission {
  policy: string;
  source: 'identity' | 'boundary';
  group: string | null;
  sid: string | null;
  says: Said;
}

export interface AuditEntry {
  time: string;
  who: string;
  from: string;
  action: string;
  target: string;
  outcome: string;
  status: number;
  error?: string | null;
  request_id: string;
}

/** What its policies let a user take up; null where nothing limits it. */
export interface Limits {
  storage: number | null;
  objects: number | null;
  requests_per_second: number | null;
  largest_object: number | null;
}

export interface Profile {
  name: string;
  arn: string;
  is_root: boolean;
  has_password: boolean;
  second_factor: boolean;
  recovery_codes_left: number;
  limits: Limits | null;
  usage: { bytes: number; objects: number } | null;
}

/** A second factor that is being set up: the secret, also as the picture of a code. */
export interface SecondFactor {
  secret: string;
  uri: string;
  qr: { size: number; path: string };
}

export interface Login {
  id: string;
  started: string;
  last_seen: string;
  address: string;
  agent: string;
  current: boolean;
}

export interface NewToken {
  name: string;
  expires_in: number;
  policy?: unknown;
}

export interface Token {
  id: string;
  name: string;
  created: string;
  expires: string;
  last_used: string | null;
  policy: unknown;
}

export interface MadeToken extends Token {
  token: string;
}

export type JobKind = 'scrub' | 'check' | 'backup' | 'lifecycle';
/** Interrupted: the server has stopped meanwhile. */
export type JobState = 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

export interface Job {
  id: string;
  kind: JobKind | 'empty';
  state: JobState;
  /** It has been told to end and will. */
  is_cancelling: boolean;
  /** What it is about: the bucket that is emptied, the folder that a backup goes to. */
  bucket: string | null;
  to: string | null;
  started: string;
  ended: string | null;
  by: string;
  progress: { doing: string; done: number; total: number | null; unit: 'bytes' | 'rows' | 'chunks' | 'versions' | null };
  rate: number | null;
  seconds_left: number | null;
  report: Record<string, unknown> | null;
  error: string | null;
  problems: number;
}

export interface NewJob {
  kind: JobKind;
  read_data?: boolean;
  rate_mib?: number;
  to?: string;
  /** Of a scrub: where an earlier one ended before its time. */
  from?: string;
  /** Of lifecycle: the one bucket whose rules are followed. */
  bucket?: string;
}

/** A key that wraps the keys of encrypted objects; nothing of the key itself. */
export interface KmsKey {
  id: string;
  arn: string;
  state: 'enabled' | 'disabled';
  versions: number;
  created: string;
}

export interface Setting {
  name: string;
  /** Null where it is unset, and of secrets. */
  value: unknown;
  is_set: boolean;
  origin: string;
  source: string | null;
  secret: boolean;
  reload: 'live' | 'restart';
  summary: string;
}

/** What lifecycle would do to a version, if it ran now. */
export interface DryRunEntry {
  key: string;
  version: string | null;
  upload_id: string | null;
  action: string;
  rule: string;
  size: number;
  due: string;
}

export interface LifecycleRun {
  number: number;
  started: string;
  ended: string;
  buckets: number;
  interrupted: boolean;
  looked_at: number;
  expired: number;
  marked: number;
  transitioned: number;
  aborted: number;
  locked: number;
  left_alone: number;
  errors: number;
}

export interface DeadLetter {
  webhook: string;
  id: string;
  event: string;
  bucket: string;
  key: string;
  at: string;
  attempts: number | null;
  last_error: string;
}

export interface EventPage extends Page<DeadLetter> {
  webhooks: { name: string; is_configured: boolean; waiting: number; waiting_since: string | null; given_up: number; trouble: { reason: string; at: string; again: string } | null }[];
}

export interface Unfinished {
  key: string;
  upload_id: string;
  started: string;
  bytes: number;
}
