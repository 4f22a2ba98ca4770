import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../lib/actionnames';
import { create } from '../lib/i18n/catalogue/create';
import { policyOf, TEMPLATES } from '../lib/policy';
import { unknownActions } from '../lib/policycheck';
import further from '../../../../s3-api/src/op/actions.rs?raw';
import iam from '../../../../s3-api/src/iam/table.rs?raw';
import operations from '../../../../s3-api/src/op/table.rs?raw';
import readyMade from '../../../../identity/src/ready_made.rs?raw';
import routes from '../../../src/route.rs?raw';

const names = (service: string) => [...(ACTIONS.get(service) ?? [])].sort();
const every = (pattern: RegExp, ...texts: string[]) => [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')))].sort();
const policy = (...actions: string[]) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }, null, 2);

describe('the actions that the console knows', () => {
  it('are those that the server asks policies about', () => {
    expect(names('s3')).toEqual(every(/"s3:(\w+)"/g, operations, further));
    expect(names('cairn')).toEqual(every(/"cairn:(\w+)"/g, routes));
    expect(names('kms')).toEqual(every(/"kms:(\w+)"/g, routes));
    const [ofIam = '', ofSts = ''] = iam.slice(iam.indexOf('\nactions! {')).split('    Sts {');
    expect(names('sts')).toEqual(every(/^ {8}(\w+)\(/gm, ofSts));
    expect(names('iam')).toEqual([...new Set([...every(/^ {8}(\w+)\(/gm, ofIam), ...every(/"iam:(\w+)"/g, routes)])].sort());
  });
});

describe('a policy that is being written', () => {
  it('is told of actions that fit none, where they stand, and what was meant', () => {
    const text = policy('s3:GetObject', 's3:GetObjekt', 's3:Get*', 'S3:PUTOBJECT', '*', 's3:List?ucket');
    const [found, ...rest] = unknownActions(text);
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ action: 's3:GetObjekt', near: 's3:GetObject', line: 8 });
    expect(text.slice(found?.start, found?.end)).toBe('"s3:GetObjekt"');
    expect(unknownActions(policy('s3:Getttt*', 'ec2:RunInstances', 'GetObject')).map((each) => [each.action, each.near])).toEqual([
      ['s3:Getttt*', undefined],
      ['ec2:RunInstances', undefined],
      ['GetObject', 's3:GetObject'],
    ]);
  });

  it('bears text that is no policy yet, and names that look like patterns', () => {
    expect(() => unknownActions('{"Statement":[{"Action":"s3:(')).not.toThrow();
    expect(unknownActions(policy('s3:(', 's3:[a')).map((each) => each.action)).toEqual(['s3:(', 's3:[a']);
    expect(unknownActions('')).toEqual([]);
    expect(unknownActions('{"Statement":{"NotAction":"s3:Nothing"}}').map((each) => each.action)).toEqual(['s3:Nothing']);
    // A resource may be called as one likes.
    expect(unknownActions('{"Statement":[{"Action":"s3:GetObject","Resource":"s3:Nothing"}]}')).toEqual([]);
  });

  it('begins with actions that are there', () => {
    for (const template of TEMPLATES) expect(unknownActions(JSON.stringify(policyOf(template, 'photos'))), template).toEqual([]);
    expect(JSON.stringify(policyOf('home', 'photos'))).toContain('arn:aws:s3:::photos/home/${aws:username}/*');
  });
});

it('describes ready-made policies as the server does', () => {
  const said = [...readyMade.matchAll(/^ {4}\(\n {8}"(\w+)",\n {8}"([^"]+)",/gm)].map(([, name, text]) => [`ready.${name}`, text]);
  expect(said.length).toBeGreaterThan(8);
  const ours = Object.entries(create).filter(([key]) => key.startsWith('ready.'));
  expect(ours.map(([key, text]) => [key, text.en])).toEqual(said);
});
