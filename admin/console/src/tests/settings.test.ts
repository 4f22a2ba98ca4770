import { describe, expect, it } from 'vitest';
import { beginning, CONFIG_KINDS } from '../lib/configs';
import { pretty } from '../lib/document';
import { filterOf, webhookArn, webhookOf, withFilter } from '../lib/notification';
import { does, furtherActions, letsLogs, prefixOf, principalsOf, withDeed, withLogs, withPrincipals, withScope } from '../lib/statements';

describe('statements of a bucket policy', () => {
  const read = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::box/*' };

  it('say who, what and where', () => {
    expect(principalsOf(read)).toBe('everyone');
    expect(does(read, 'read')).toBe(true);
    expect(does(read, 'write')).toBe(false);
    expect(prefixOf(read, 'box')).toBe('');
    expect(principalsOf({ ...read, Principal: { AWS: ['arn:aws:iam::1:user/a'] } })).toEqual(['arn:aws:iam::1:user/a']);
    expect(prefixOf({ ...read, Resource: ['arn:aws:s3:::box', 'arn:aws:s3:::box/in/*'] }, 'box')).toBe('in/');
  });

  it('get the resources that their actions are about', () => {
    const both = withDeed(read, 'box', 'list', true);
    expect(both.Action).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(both.Resource).toEqual(['arn:aws:s3:::box', 'arn:aws:s3:::box/*']);
    expect(withDeed(both, 'box', 'read', false)).toMatchObject({ Action: 's3:ListBucket', Resource: 'arn:aws:s3:::box' });
    expect(withScope(read, 'box', ['s3:*'], 'in/').Resource).toEqual(['arn:aws:s3:::box', 'arn:aws:s3:::box/in/*']);
    expect(withScope(read, 'box', ['s3:GetBucketPolicy'], '').Resource).toBe('arn:aws:s3:::box');
    expect(withScope(read, 'box', ['s3:ListMultipartUploadParts'], '').Resource).toBe('arn:aws:s3:::box/*');
  });

  it('that a form cannot show are left as they are', () => {
    const other = { Effect: 'Deny', NotPrincipal: { AWS: '*' }, Action: ['s3:PutObject', 's3:PutObjectAcl'], Resource: 'arn:aws:s3:::box/*.exe', Condition: { Bool: { x: 'true' } } };
    expect(principalsOf(other)).toBeUndefined();
    expect(principalsOf({ ...read, Principal: { Service: 'x' } })).toBeUndefined();
    expect(prefixOf(other, 'box')).toBeUndefined();
    expect(furtherActions(other)).toEqual(['s3:PutObjectAcl']);
    const changed = withDeed(other, 'box', 'delete', true);
    expect(changed).toEqual({ ...other, Action: ['s3:PutObject', 's3:PutObjectAcl', 's3:DeleteObject'] });
    expect(withPrincipals(read, ['a']).Principal).toEqual({ AWS: 'a' });
  });
});

describe('the policy of a bucket for logs', () => {
  it('lets logs of one bucket in, and keeps what it said', () => {
    expect(letsLogs(null, 'logs', 'box')).toBe(false);
    const first = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }] };
    const policy = withLogs(first, 'logs', 'box');
    expect((policy.Statement as unknown[])[0]).toEqual(first.Statement[0]);
    expect(letsLogs(policy, 'logs', 'box')).toBe(true);
    expect(letsLogs(policy, 'logs', 'other')).toBe(false);
    expect(letsLogs(policy, 'elsewhere', 'box')).toBe(false);
  });
});

describe('receivers of events', () => {
  it('are webhooks by their names', () => {
    expect(webhookOf({ QueueArn: webhookArn('orders'), Events: [] })).toBe('orders');
    expect(webhookOf({ QueueArn: 'arn:aws:sqs:eu:1:q', Events: [] })).toBe('arn:aws:sqs:eu:1:q');
  });

  it('have a filter only where something is filtered', () => {
    const one = { QueueArn: 'q', Events: [], Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'a/' }] } } };
    expect(filterOf(one, 'prefix')).toBe('a/');
    const two = withFilter(one, 'suffix', '.jpg');
    expect(two.Filter?.Key?.FilterRules).toEqual([{ Name: 'Prefix', Value: 'a/' }, { Name: 'suffix', Value: '.jpg' }]);
    expect(withFilter(withFilter(two, 'prefix', ''), 'suffix', '')).toEqual({ QueueArn: 'q', Events: [] });
  });
});

describe('documents', () => {
  it('are read in the order in which people write them', () => {
    const text = pretty({ Statement: [{ Action: 'a', Effect: 'Allow', Other: 1, Principal: '*', Resource: 'r', Sid: 's' }], Version: '2012-10-17' });
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['Version', 'Statement']);
    expect(text.match(/"\w+":/g)).toEqual(['"Version":', '"Statement":', '"Sid":', '"Effect":', '"Principal":', '"Action":', '"Resource":', '"Other":']);
    expect(pretty([1, 'b', null])).toBe('[\n  1,\n  "b",\n  null\n]');
  });

  it('let nobody in before somebody has said so', () => {
    for (const kind of CONFIG_KINDS) expect(JSON.stringify(beginning(kind, 'box')), kind).not.toContain('"Principal":"*"');
  });
});
