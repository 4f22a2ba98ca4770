// Objects and their versions.
import type { Page } from './page';

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

/** A link that works without a login. */
export interface Link {
  url: string;
  expires: string;
  /** What it is signed with and ends with; null: the login that made it. */
  access_key: string | null;
}
