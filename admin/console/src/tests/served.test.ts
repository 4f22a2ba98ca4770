// The catalogue against what the server has: its tables are read where they stand.
import { expect, it } from 'vitest';
import { actions } from '../lib/i18n/catalogue/actions';
import { server } from '../lib/i18n/catalogue/server';
import { summaries } from '../lib/i18n/catalogue/summaries';
import { UNBOUNDED, UNITS } from '../lib/units';
import configuration from '../../../../docs/CONFIGURATION.md?raw';
import iam from '../../../../s3-api/src/iam/table.rs?raw';
import operations from '../../../../s3-api/src/op/table.rs?raw';
import routes from '../../../src/route.rs?raw';

/** The first group of each match. */
const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const between = (text: string, from: string, to: string) => text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)));

it('says of every setting what the server says, and of nothing else', () => {
  const said = [...configuration.matchAll(/^- \*\*`([^`]+)`\*\*: (.+)$/gm)].map(([, name, text]) => [`summary.${name}`, text] as const);
  expect(said.length).toBeGreaterThan(20);
  expect(Object.entries(summaries).map(([key, text]) => [key, text.en])).toEqual(said);
});

it('names every action that the audit log tells of, and nothing else', () => {
  const route = /^ {4}(?:GET|POST|PUT|PATCH|DELETE) "[^"]*" (\w+)\s+"[^"]*"\s+(?:Bearer|Login|Open)\s+(?:Yes|No)\b/gm;
  const changing = /^ {4}(?:GET|POST|PUT|PATCH|DELETE) "[^"]*" (\w+)\s+"[^"]*"\s+(?:Bearer|Login|Open)\s+Yes\b/gm;
  // No route has another form, and is passed over.
  expect(all(route, routes).length).toBe(all(/^ {4}(GET|POST|PUT|PATCH|DELETE) "/gm, routes).length);
  const ofAdmin = all(changing, routes);
  // What is sent through the admin interface, but for parts (`transfer.rs`), has in it all that the port of S3
  // tells of (`is_change`). A form has a row of its own.
  const sent = all(/^ {4}row\("(\w+)", "(?:PUT|POST|DELETE)", .*\bServe\(Served::/gm, operations);
  const ofS3 = [...sent.filter((name) => !/^UploadPart/.test(name)), 'PostObject'];
  // As `is_change` of its table has it.
  const ofIam = all(/^ {8}(\w+)\(/gm, between(iam, '\n    Iam {', '\n    }\n')).filter((name) => !/^(Generate|Get|List|Simulate)/.test(name));
  for (const some of [ofAdmin, ofS3, ofIam]) expect(some.length).toBeGreaterThan(20);
  const served = [...new Set([...ofAdmin, ...ofS3, ...ofIam])];
  expect(Object.keys(actions).sort()).toEqual(served.map((name) => `action.${name}`).sort());
});

it('names what jobs are doing', () => {
  const sources = import.meta.glob(['../../../src/jobs/*.rs', '../../../../storage-engine/src/engine/{scrub,backup}.rs', '../../../../storage-engine/src/engine/check/*.rs', '!**/tests.rs'], { query: '?raw', import: 'default', eager: true });
  const text = Object.values(sources as Record<string, string>).join('\n');
  const doing = [/\bdoing: "([^"]+)"/g, /\(doing, unit\) = \("([^"]+)"/g, /\beach\(\s*"([^"]+)"/g, /row_done\("([^"]+)"/g, /progress\("([^"]+)"/g, /=> "(\w+ of chunks)"/g].map((pattern) => all(pattern, text));
  for (const some of doing) expect(some.length).toBeGreaterThan(0);
  const named = Object.keys(server).filter((key) => key.startsWith('jobs.doing.'));
  expect(named.sort()).toEqual([...new Set(doing.flat())].map((what) => `jobs.doing.${what}`).sort());
});

it('names what reports of jobs tell', () => {
  const sources = import.meta.glob(['../../../src/jobs/{care,empty}.rs', '../../../src/lifecycle.rs'], { query: '?raw', import: 'default', eager: true });
  const text = Object.values(sources as Record<string, string>).join('\n');
  const reports = [...text.matchAll(/report: json!\(\{\n([^}]+)\}\)/g)].flatMap(([, body]) => all(/^\s+"(\w+)": /gm, body ?? ''));
  const run = all(/^ {4}(\w+): /gm, between(text, 'struct RunView {', '\n}\n'));
  for (const some of [reports, run]) expect(some.length).toBeGreaterThan(10);
  const names = Object.keys(server).filter((key) => key.startsWith('jobs.fact.'));
  // That is what the state of the job says.
  expect(names.sort()).toEqual([...new Set([...reports, ...run])].filter((name) => name !== 'interrupted').map((name) => `jobs.fact.${name}`).sort());
});

it('knows what the numbers of the configuration count', () => {
  const words = { MIB: 'MiB', SECONDS: 's', MILLISECONDS: 'ms', PER_SECOND: '/s' } as const;
  const said = [...configuration.matchAll(/^\| `([^`]+)` \|.*\| a whole number, [\d to]+, `(\w+)` \|/gm)].map(([, name = '', unit = '']) => [name, unit] as const);
  const counted = said.filter(([, unit]) => unit !== 'COUNT').map(([name, unit]) => [name, words[unit as keyof typeof words]]);
  expect(Object.entries(UNITS)).toEqual(counted);
  const unbounded = [...configuration.matchAll(/^- \*\*`([^`]+)`\*\*: (.+)$/gm)].filter(([, , text]) => /0 for no bound/.test(text ?? '')).map(([, name]) => name);
  for (const name of unbounded) expect([...UNBOUNDED]).toContain(name);
  for (const name of UNBOUNDED) expect(said.map(([each]) => each)).toContain(name);
});
