// The configurations of a bucket, in the shape Amazon's command line has for each.
import { parse as parseWithFaults, type ParseError } from 'jsonc-parser';
import type { Key } from './i18n/i18n.svelte';
import { webhookArn } from './notification';

export const CONFIG_KINDS = [
  'lifecycle', 'cors', 'policy', 'public-access', 'ownership', 'acl', 'object-lock', 'encryption', 'website', 'notification', 'logging', 'tagging', 'request-payment',
] as const;
export type ConfigKind = (typeof CONFIG_KINDS)[number];

/** What a bucket always has: it can be set, but not removed. */
export const LASTING: readonly ConfigKind[] = ['acl', 'object-lock', 'request-payment'];

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface CorsRule {
  ID?: string;
  AllowedOrigins: string[];
  AllowedMethods: string[];
  AllowedHeaders?: string[];
  ExposeHeaders?: string[];
  MaxAgeSeconds?: number;
}

export interface Grant {
  Grantee: { Type: string; ID?: string; DisplayName?: string; URI?: string; EmailAddress?: string };
  Permission: string;
}

export interface Retention {
  Mode: 'GOVERNANCE' | 'COMPLIANCE';
  Days?: number;
  Years?: number;
}

/** What the editor begins with where nothing is set yet. */
export function beginning(kind: ConfigKind, bucket: string): JsonObject {
  switch (kind) {
    // Saved as it stands, it deletes no object.
    case 'lifecycle':
      return { Rules: [{ ID: 'unfinished-uploads', Status: 'Enabled', Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }] };
    case 'cors':
      return { CORSRules: [{ AllowedOrigins: ['https://app.example.com'], AllowedMethods: ['GET', 'PUT'], AllowedHeaders: ['*'], MaxAgeSeconds: 3600 }] };
    // Nobody is let in before somebody has said so.
    case 'policy':
      return { Version: '2012-10-17', Statement: [] };
    case 'public-access':
      return { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    // There always is one; it is never begun.
    case 'acl':
      return { Grants: [] };
    case 'object-lock':
      return { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } } };
    case 'encryption':
      return { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] };
    case 'website':
      return { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } };
    case 'notification':
      return { QueueConfigurations: [{ QueueArn: webhookArn(''), Events: ['s3:ObjectCreated:*'] }] };
    case 'logging':
      return { LoggingEnabled: { TargetBucket: '', TargetPrefix: `${bucket}/` } };
    case 'tagging':
      return { TagSet: [{ Key: 'team', Value: '' }] };
    case 'ownership':
      return { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] };
    case 'request-payment':
      return { Payer: 'BucketOwner' };
  }
}

export function policyTemplates(bucket: string): Record<'read' | 'tls', JsonObject> {
  const Version = '2012-10-17';
  const arn = `arn:aws:s3:::${bucket}`;
  return {
    read: { Version, Statement: [{ Sid: 'PublicRead', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*` }] },
    tls: { Version, Statement: [{ Sid: 'OnlyEncrypted', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`], Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] },
  };
}

export type Parsed = { value: JsonObject } | { line: number; column: number } | { problem: Key };

/** Reads what was typed into the editor, or says where it breaks off. */
export function parse(text: string): Parsed {
  try {
    const value = JSON.parse(text) as Json;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return { problem: 'config.no_object' };
    return { value };
  } catch {
    const at = placeOf(text);
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

/** The first fault. Browsers name its place each in their own way, and of some faults not at all. */
function placeOf(text: string): number {
  const faults: ParseError[] = [];
  parseWithFaults(text, faults, { disallowComments: true });
  return faults[0]?.offset ?? text.length;
}
