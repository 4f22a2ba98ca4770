// What the admin interface answers, as its OpenAPI document has it.
export type * from './background';
export type * from './buckets';
export type * from './kms';
export type * from './objects';
export type * from './page';
export type * from './people';
export type * from './policies';
export type * from './profile';
export type * from './server';
