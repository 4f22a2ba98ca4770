// Policies, and what they let somebody do.
import type { Limits } from './people';

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

/** One of the last documents of a policy. */
export interface PolicyVersion {
  version: number;
  created: string;
  /** It is the one in force. */
  is_default: boolean;
  document: unknown;
}

/** Who has a policy. */
export interface PolicyUse {
  kind: 'user' | 'account' | 'group' | 'role';
  name: string;
  how: 'attached' | 'boundary';
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
  ground: 'policies' | 'public_access_block' | 'acl' | 'acl_to_account' | 'suspended' | null;
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
