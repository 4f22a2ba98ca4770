// What runs, and how it fares.

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

/** One second of the server. */
export interface Second extends Rates {
  totals: Totals;
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
