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

export interface Totals {
  buckets: number;
  objects: number;
  versions: number;
  bytes: number;
}

/** One second of the server. */
export interface Second {
  time: string;
  requests_per_second: { success: number; redirect: number; client_error: number; server_error: number };
  received_bytes_per_second: number;
  sent_bytes_per_second: number;
  errors_per_second: number;
  p50_seconds: number | null;
  p99_seconds: number | null;
  requests_in_flight: number;
  connections: number;
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
  name: string;
  created: string;
  owner: string;
  versioning: 'off' | 'enabled' | 'suspended';
  object_lock: boolean;
  quota: Quota;
  usage: Usage;
}

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
  groups: string[];
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
}

export interface Policy extends PolicySummary {
  tags: Record<string, string>;
  version: number;
  document: unknown;
}

export interface Question {
  principal: string;
  actions: string[];
  resources: string[];
}

/** What policies decide of one action on one resource, and because of which statements. */
export interface Verdict {
  action: string;
  resource: string;
  decision: 'allowed' | 'explicitly_denied' | 'implicitly_denied';
  statements: {
    policy: string | null;
    source: 'standing' | 'identity' | 'boundary' | 'session' | 'restriction' | 'resource';
    sid: string | null;
  }[];
  missing_context: string[];
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
