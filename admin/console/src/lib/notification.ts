// What webhooks are told of, as it stands in a bucket's configuration.

/** What can be chosen by a click; the finer ones can be written as JSON. */
export const EVENTS = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*', 's3:ObjectTagging:*', 's3:ObjectAcl:Put'] as const;

export interface Told {
  Id?: string;
  QueueArn: string;
  Events: string[];
  Filter?: { Key?: { FilterRules?: { Name: string; Value: string }[] } };
}

type End = 'prefix' | 'suffix';

const FRONT = 'arn:cairn:sqs::';
const BACK = ':webhook';

export const webhookArn = (name: string) => FRONT + name + BACK;

/** The name of the webhook, or what stands there instead. */
export function webhookOf(one: Told): string {
  const arn = one.QueueArn;
  return arn.startsWith(FRONT) && arn.endsWith(BACK) ? arn.slice(FRONT.length, -BACK.length) : arn;
}

// Names are written `prefix` and `Prefix`, by whoever likes which.
const is = (end: End) => (rule: { Name: string }) => rule.Name.toLowerCase() === end;

export function filterOf(one: Told, end: End): string {
  return one.Filter?.Key?.FilterRules?.find(is(end))?.Value ?? '';
}

export function withFilter(one: Told, end: End, value: string): Told {
  const kept = (one.Filter?.Key?.FilterRules ?? []).filter((rule) => !is(end)(rule));
  const rules = value ? [...kept, { Name: end, Value: value }] : kept;
  const { Filter: _, ...rest } = one;
  return rules.length > 0 ? { ...rest, Filter: { Key: { FilterRules: rules } } } : rest;
}
