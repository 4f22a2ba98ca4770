// Statements of a bucket's policy as a form shows them: who, what, and which keys. What a form cannot
// show stays as it is.
import type { Json, JsonObject } from './configs';

/** What is chosen by a click, and the actions that it stands for. */
export const DEEDS = {
  read: ['s3:GetObject'],
  list: ['s3:ListBucket'],
  write: ['s3:PutObject'],
  delete: ['s3:DeleteObject'],
  everything: ['s3:*'],
} as const;
export type Deed = keyof typeof DEEDS;
export const DEED_NAMES = Object.keys(DEEDS) as Deed[];

const many = (value: Json | undefined): string[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter((each) => typeof each === 'string');
/** One alone is written without a list, as people write it. */
const few = (values: string[]): Json => (values.length === 1 ? (values[0] ?? '') : values);

export const actionsOf = (statement: JsonObject) => many(statement.Action);

export const does = (statement: JsonObject, deed: Deed) => DEEDS[deed].every((action) => actionsOf(statement).includes(action));

/** The actions that no click stands for. */
export const furtherActions = (statement: JsonObject) => actionsOf(statement).filter((action) => !DEED_NAMES.some((deed) => (DEEDS[deed] as readonly string[]).includes(action)));

/** `everyone`, or those who are named; undefined where it is said in another way. */
export function principalsOf(statement: JsonObject): 'everyone' | string[] | undefined {
  const { Principal: principal, NotPrincipal: not } = statement;
  if (not !== undefined) return undefined;
  if (principal === '*') return 'everyone';
  if (principal === undefined) return [];
  if (principal === null || typeof principal !== 'object' || Array.isArray(principal)) return undefined;
  if (Object.keys(principal).some((name) => name !== 'AWS')) return undefined;
  const named = many(principal.AWS);
  return named.includes('*') ? 'everyone' : named;
}

export const withPrincipals = (statement: JsonObject, who: 'everyone' | string[]): JsonObject => ({ ...statement, Principal: who === 'everyone' ? '*' : { AWS: few(who) } });

const isOfBucket = (action: string) => /^s3:(\*|(List(Bucket|BucketVersions|BucketMultipartUploads)|(Get|Put|Delete)Bucket\w*)\*?)$/.test(action);
const isOfObjects = (action: string) => action === 's3:*' || !isOfBucket(action);

/** The beginning of the keys a statement is for; undefined where its resources are other ones. */
export function prefixOf(statement: JsonObject, bucket: string): string | undefined {
  if (statement.NotResource !== undefined) return undefined;
  const arn = `arn:aws:s3:::${bucket}`;
  const within = many(statement.Resource).filter((resource) => resource !== arn);
  const [first, ...rest] = within;
  if (first === undefined) return '';
  if (rest.length > 0 || !first.startsWith(`${arn}/`) || !first.endsWith('*')) return undefined;
  const prefix = first.slice(arn.length + 1, -1);
  return /[*?$]/.test(prefix) ? undefined : prefix;
}

/** The same statement for these actions and keys: each action needs a resource it is about. */
export function withScope(statement: JsonObject, bucket: string, actions: string[], prefix: string | undefined): JsonObject {
  const next = { ...statement, Action: few(actions) };
  if (prefix === undefined) return next;
  const arn = `arn:aws:s3:::${bucket}`;
  const resources = [...(actions.some(isOfBucket) ? [arn] : []), ...(actions.some(isOfObjects) ? [`${arn}/${prefix}*`] : [])];
  return { ...next, Resource: few(resources.length > 0 ? resources : [`${arn}/${prefix}*`]) };
}

export function withDeed(statement: JsonObject, bucket: string, deed: Deed, on: boolean): JsonObject {
  const before = actionsOf(statement).filter((action) => !(DEEDS[deed] as readonly string[]).includes(action));
  return withScope(statement, bucket, on ? [...before, ...DEEDS[deed]] : before, prefixOf(statement, bucket));
}

const LOGS = 'logging.s3.amazonaws.com';

const logsOf = (bucket: string, from: string): JsonObject => ({
  Sid: `LogsOf${from.replace(/[^a-z0-9]/g, '')}`,
  Effect: 'Allow',
  Principal: { Service: LOGS },
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::${bucket}/*`,
  Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${from}` } },
});

const statementsOf = (policy: JsonObject | null) => (Array.isArray(policy?.Statement) ? policy.Statement : policy?.Statement ? [policy.Statement] : []) as JsonObject[];

/** Whether a policy of `bucket` lets logs of `from` be written, as far as can be told at a glance. */
export function letsLogs(policy: JsonObject | null, bucket: string, from: string): boolean {
  return statementsOf(policy).some((statement) => {
    const services = many((statement.Principal as JsonObject | null | undefined)?.Service);
    const condition = JSON.stringify(statement.Condition ?? '');
    const isOfAnother = condition.includes('SourceArn') && !condition.includes(`:::${from}"`) && !condition.includes('*');
    return statement.Effect === 'Allow' && services.includes(LOGS) && !isOfAnother && many(statement.Resource).some((resource) => resource.startsWith(`arn:aws:s3:::${bucket}`));
  });
}

export const withLogs = (policy: JsonObject | null, bucket: string, from: string): JsonObject => ({
  ...(policy ?? { Version: '2012-10-17' }),
  Statement: [...statementsOf(policy), logsOf(bucket, from)],
});
