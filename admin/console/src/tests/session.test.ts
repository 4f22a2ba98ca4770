// Those who share a browser are kept apart, also while one of them has work under way.
import { afterEach, describe, expect, it, vi } from 'vitest';


afterEach(() => vi.unstubAllGlobals());

const tokens = (name: string) => ({ access_token: name, expires_in: 900, user: { arn: `arn:aws:iam::1:user/${name}` } });
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that knows whose tokens it takes, and whose cookie the browser has. */
async function fresh() {
  vi.resetModules();
  const state = { valid: new Set(['anna']), cookie: 'anna' as string | undefined };
  const done: string[] = [];
  const fetched = async (url: string, init: RequestInit) => {
    await soon(2);
    if (url.endsWith('/session/refresh')) return state.cookie ? Response.json(tokens(state.cookie)) : Response.json({ error: { code: 'Unauthorized' } }, { status: 401 });
    const who = (new Headers(init.headers).get('authorization') ?? '').replace('Bearer ', '');
    if (!state.valid.has(who)) return Response.json({ error: { code: 'Unauthorized' } }, { status: 401 });
    done.push(who);
    return Response.json({});
  };
  vi.stubGlobal('navigator', { language: 'en', languages: ['en'] });
  vi.stubGlobal('document', { querySelector: () => null, documentElement: {} });
  vi.stubGlobal('location', { origin: 'http://h' });
  vi.stubGlobal('fetch', fetched);
  const client = await import('../lib/api/client');
  const { run } = await import('../lib/bulk');
  client.onSessionEnd(() => client.setToken(null));
  client.onSessionOfAnother(() => client.setToken(null));
  client.setToken(tokens('anna'));
  const steps = Array.from({ length: 400 }, (_, at) => ({ key: `${at}` }));
  const move = () => void run(steps, ({ key }) => client.ask('POST', `move/${key}`), () => undefined, new AbortController().signal);
  return { client, state, done, move };
}

describe('work on many objects', () => {
  it('ends with the session, and is not carried on by whoever logs in next', async () => {
    const { client, state, done, move } = await fresh();
    move();
    await soon(30);
    // Anna logs out, and Ben logs in in the same tab.
    client.setToken(null);
    Object.assign(state, { valid: new Set(['ben']), cookie: undefined });
    await soon(20);
    state.cookie = 'ben';
    client.setToken(tokens('ben'));
    const before = done.length;
    await soon(100);
    expect(before).toBeGreaterThan(4);
    expect(done.slice(before)).toEqual([]);
  });

  it('ends where the cookie has become that of somebody else', async () => {
    const { state, done, move } = await fresh();
    move();
    await soon(30);
    Object.assign(state, { valid: new Set(['ben']), cookie: 'ben' });
    await soon(150);
    expect(done.length).toBeGreaterThan(4);
    expect(done.filter((who) => who === 'ben')).toEqual([]);
  });
});

describe('a bucket that is emptied', () => {
  it('is not watched any more once its job is gone', async () => {
    await fresh();
    vi.stubGlobal('addEventListener', () => undefined);
    let asked = 0;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (init.method === 'POST') return Response.json({ id: '7', state: 'running' });
      asked += 1;
      return Response.json({ error: { code: 'NoSuchJob', message: url } }, { status: 404 });
    });
    const { emptying } = await import('../lib/emptying.svelte');
    await emptying.begin('empty', 'photos', {}, () => undefined);
    expect(emptying.job('empty', 'photos')?.state).toBe('running');
    await vi.waitFor(() => expect(emptying.job('empty', 'photos')).toBeUndefined(), { timeout: 30_000 });
    expect(asked).toBe(1);
  });
});

describe('an answer', () => {
  it('that comes after the session is over never comes', async () => {
    const { client, state } = await fresh();
    const heard: string[] = [];
    const stop = new AbortController();
    void client.ask('GET', 'a').then(() => heard.push('answer'), () => heard.push('error'));
    void client.ask('GET', 'b', { signal: stop.signal }).then(() => heard.push('answer'), () => heard.push('stopped'));
    client.setToken(null);
    Object.assign(state, { valid: new Set(['ben']), cookie: 'ben' });
    client.setToken(tokens('ben'));
    await soon(50);
    expect(heard).toEqual([]);
    // Who can stop it hears that it was stopped, to clean up.
    stop.abort();
    await soon(1);
    expect(heard).toEqual(['stopped']);
    await expect(client.ask('GET', 'c')).resolves.toEqual({});
  });
});
