// What one may do to a bucket, as the server's own evaluation says. It is asked once for a page, so that
// the page offers nothing that would be refused; the requests themselves are decided on as ever.
import type { ConfigKind } from './configs';

export type Word = 'yes' | 'maybe' | 'no';

export interface AllowedAnswer {
  bucket: Record<string, Word>;
  objects: Record<string, Word>;
}

export interface Allowed {
  /** To the bucket itself. What is not known is offered: the server refuses what it must. */
  toBucket(action: string): boolean;
  /** To some of the objects where one is. */
  toObjects(action: string): boolean;
}

export function allowedBy(answer: AllowedAnswer | undefined): Allowed {
  return {
    toBucket: (action) => answer?.bucket[action] !== 'no',
    toObjects: (action) => answer?.objects[action] !== 'no',
  };
}

/** What it takes to see a configuration, to set it, and to take it away. */
const ACTIONS: Record<ConfigKind | 'versioning', readonly [string, string, string?]> = {
  versioning: ['s3:GetBucketVersioning', 's3:PutBucketVersioning'],
  lifecycle: ['s3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'],
  cors: ['s3:GetBucketCORS', 's3:PutBucketCORS'],
  policy: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  'public-access': ['s3:GetBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
  ownership: ['s3:GetBucketOwnershipControls', 's3:PutBucketOwnershipControls'],
  acl: ['s3:GetBucketAcl', 's3:PutBucketAcl'],
  'object-lock': ['s3:GetBucketObjectLockConfiguration', 's3:PutBucketObjectLockConfiguration'],
  encryption: ['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'],
  website: ['s3:GetBucketWebsite', 's3:PutBucketWebsite', 's3:DeleteBucketWebsite'],
  notification: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
  logging: ['s3:GetBucketLogging', 's3:PutBucketLogging'],
  tagging: ['s3:GetBucketTagging', 's3:PutBucketTagging'],
  'request-payment': ['s3:GetBucketRequestPayment', 's3:PutBucketRequestPayment'],
};

export const actionsOf = (kind: ConfigKind | 'versioning') => {
  const [see, set, remove = set] = ACTIONS[kind];
  return { see, set, remove };
};
