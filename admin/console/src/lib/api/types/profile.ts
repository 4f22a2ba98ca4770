// Who one is, where one is logged in, and what stands for a login.
import type { Limits } from './people';

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
