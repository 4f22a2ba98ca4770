// What a new policy can begin with. `${aws:username}` is filled in by the server for whoever asks.
import type { JsonObject } from './configs';

export const TEMPLATES = ['read', 'write', 'upload', 'home', 'everything'] as const;
export type Template = (typeof TEMPLATES)[number];

const EXAMPLE = 'my-bucket';
const Version = '2012-10-17';

/** A policy for users and groups, about one bucket where it is about one. */
export function policyOf(template: Template, bucket: string): JsonObject {
  const arn = `arn:aws:s3:::${bucket || EXAMPLE}`;
  const list = { Sid: 'List', Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: arn };
  switch (template) {
    case 'read':
      return { Version, Statement: [list, { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/*` }] };
    case 'write': {
      const Action = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
      return { Version, Statement: [list, { Sid: 'ReadAndWrite', Effect: 'Allow', Action, Resource: `${arn}/*` }] };
    }
    case 'upload':
      return { Version, Statement: [{ Sid: 'Upload', Effect: 'Allow', Action: ['s3:PutObject', 's3:AbortMultipartUpload'], Resource: `${arn}/*` }] };
    case 'home': {
      const home = 'home/${aws:username}/*';
      return {
        Version,
        Statement: [
          { Sid: 'ListHome', Effect: 'Allow', Action: 's3:ListBucket', Resource: arn, Condition: { StringLike: { 's3:prefix': [home, 'home/${aws:username}'] } } },
          { Sid: 'Home', Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], Resource: `${arn}/${home}` },
        ],
      };
    }
    case 'everything':
      return { Version, Statement: [{ Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' }] };
  }
}

/** What the editor of a new policy begins with. */
export const FIRST_POLICY = policyOf('read', EXAMPLE);
