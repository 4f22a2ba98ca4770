// Users, groups and accounts, with their keys.

export interface Entity {
  name: string;
  path: string;
  arn: string;
  id: string;
  created: string;
}

/** A user in a list. Null is what one may not see, and what never was. */
export interface ListedUser extends Entity {
  suspended: string | null;
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

/** What its policies let a user take up; null where nothing limits it. */
export interface Limits {
  storage: number | null;
  objects: number | null;
  requests_per_second: number | null;
  largest_object: number | null;
}

export interface User extends Entity, Holding {
  /** Since when nobody gets in as this user. */
  suspended: string | null;
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

/** One without a number has policies, a password and limits as a user has. */
export interface AccountDetail extends Account, Holding {
  has_password: boolean;
  limits: Limits;
  usage: { bytes: number; objects: number };
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

export interface MadeKey extends AccessKey {
  secret: string;
}
