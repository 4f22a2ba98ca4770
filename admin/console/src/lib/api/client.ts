import { base } from '../base';
import { pauseFor } from '../pause';
import { ApiError, isPutOff, readError, Unreachable } from './error';
import { exclusively } from './lock';

// The access token lives in this variable and nowhere else: a reload gets a new one through the
// refresh cookie, which scripts cannot read.
let token: string | null = null;
/** Whose it is. The cookie is that of all tabs, and somebody else may have logged in in another one. */
let whose: string | undefined;
/** Aborted when somebody else is logged in, or nobody: what one has begun is not carried on as another. */
let stay = new AbortController();
let refreshing: Promise<boolean> | null = null;
let onEnd: () => void = () => {};
let onOther: () => void = () => {};
let onBack: () => void = () => {};
/** What is put off is asked again for so long before somebody is told. */
const PUT_OFF_MS_MAX = 15_000;
/** How long a server that is there may take to say so. */
const ANSWER_MS = 4000;
/** The server has not answered the last time it was asked. */
let wasAway = false;

const root = new URL(`${base}api/v1/`, location.origin);

export type Params = Record<string, string | number | boolean | undefined>;

export interface Ask {
  query?: Params;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** Set on what creates something: asking twice then makes it once. */
  once?: string;
  /** The tag a document has to have still; null: there must be none. */
  tag?: string | null;
}

export interface Tokens {
  access_token: string;
  expires_in: number;
  user: { arn: string };
}

export function setToken(to: Tokens | null): void {
  token = to?.access_token ?? null;
  if (whose === to?.user.arn) return;
  whose = to?.user.arn;
  stay.abort();
  stay = new AbortController();
}

/** What goes on for many requests begins with this, and ends when it is aborted. */
export function whileLoggedIn(): AbortSignal {
  return stay.signal;
}

export function bearer(): string {
  return token ? `Bearer ${token}` : '';
}

/** Called when the server answers again that did not before. */
export function onReturn(what: () => void): void {
  onBack = what;
}

/** Called when the session is over and nothing but a new login helps. */
export function onSessionEnd(what: () => void): void {
  onEnd = what;
}

/** Called when somebody else has logged in in another tab, and the token is theirs from now on. */
export function onSessionOfAnother(what: () => void): void {
  onOther = what;
}

export function address(path: string, query: Params = {}): string {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** A key for `Ask.once`. `crypto.randomUUID` exists on secure origins only. */
export function onceKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export function ask<T>(method: string, path: string, options: Ask = {}): Promise<T> {
  return ownAnswer(options.signal, async () => read<T>(await asked(method, path, options)));
}

/**
 * What is answered after the session is over never comes: whoever asked is gone, and whoever sits there by then is
 * neither told of it nor has it carried on.
 */
async function ownAnswer<T>(signal: AbortSignal | undefined, what: () => Promise<T>): Promise<T> {
  const session = stay.signal;
  try {
    return await what();
  } finally {
    // Who has a signal of its own cleans up by it.
    if (session.aborted && !signal?.aborted) await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  }
}

/** A document with its tag; null for both where there is none. */
export function tagged<T>(path: string): Promise<{ value: T | null; tag: string | null }> {
  return ownAnswer(undefined, () => readTagged<T>(path));
}

async function readTagged<T>(path: string): Promise<{ value: T | null; tag: string | null }> {
  try {
    const response = await asked('GET', path, {});
    return { tag: response.headers.get('etag'), value: await read<T>(response) };
  } catch (error) {
    if (isMissing(error)) return { value: null, tag: null };
    throw error;
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function asked(method: string, path: string, options: Ask): Promise<Response> {
  const headers: Record<string, string> = {};
  let body: string | null = null;
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  if (options.once) headers['idempotency-key'] = options.once;
  if (options.tag) headers['if-match'] = options.tag;
  if (options.tag === null) headers['if-none-match'] = '*';
  const init: RequestInit = { method, headers, body };
  if (options.signal) init.signal = options.signal;
  return send(address(path, options.query), init);
}

/** Sends a request under the session. Refreshes it once if the server says it has run out. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  const session = stay.signal;
  let response = await attempt(url, init);
  const isRefreshed = response.status === 401 && !session.aborted && (await refresh());
  // What one has asked is not asked again as another.
  if (isRefreshed && session.aborted) throw new ApiError(401, 'SessionOfAnother', '');
  if (isRefreshed) response = await attempt(url, init);
  if (response.ok) return response;
  const error = readError(response.status, await response.text(), response.headers);
  // Of a session that is over already, the next one need not hear.
  if (error.status === 401 && !session.aborted) endSession();
  throw error;
}

/** The server knows it no more: nothing but a new login helps. */
export function endSession(): void {
  onEnd();
}

async function attempt(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token) headers.set('authorization', bearer());
  return reach(url, { ...init, headers });
}

/** Sends it, and again where the server says that it comes too early: nothing of it has been done then. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  const until = Date.now() + PUT_OFF_MS_MAX;
  for (;;) {
    const answer = await reachOnce(url, init);
    const wait = 1000 * Math.max(1, Number(answer.headers.get('retry-after')) || 1);
    if (answer.status !== 429 || Date.now() + wait > until || !isPutOff(await answer.clone().text())) return answer;
    await pauseFor(wait, init.signal);
  }
}

async function reachOnce(url: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    wasAway = true;
    throw new Unreachable();
  }
  if (isStandIn(answer)) wasAway = true;
  else if (wasAway) {
    wasAway = false;
    onBack();
  }
  return answer;
}

/** Whether a proxy answers in place of a server that is away: its own refusals are documents. */
const isStandIn = (answer: Response) => answer.status >= 502 && answer.status <= 504 && !/json|xml/.test(answer.headers.get('content-type') ?? '');

/** Whether the server is there at all, whatever it says. */
export async function answers(): Promise<boolean> {
  try {
    return !isStandIn(await reachOnce(address('session'), { headers: { authorization: bearer() }, signal: AbortSignal.timeout(ANSWER_MS) }));
  } catch {
    return false;
  }
}

/**
 * Gets a new access token by the cookie; true if there is one now. A refresh token used twice ends
 * the session, so that one request at a time may use it, in all tabs together.
 */
export function refresh(): Promise<boolean> {
  refreshing ??= exclusively('cairn.refresh', renew).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(): Promise<boolean> {
  const response = await reach(address('session/refresh'), {
    method: 'POST',
    headers: { 'x-cairn-session': '1' },
  });
  if (response.status === 401 || response.status === 403) {
    token = null;
    return false;
  }
  const text = await response.text();
  if (!response.ok) throw readError(response.status, text, response.headers);
  const [before, made] = [whose, JSON.parse(text) as Tokens];
  if (before !== undefined && before !== made.user.arn) onOther();
  setToken(made);
  return true;
}

/** Asks without a session, and without trying to get one: the login itself. */
export async function askPlainly<T>(method: string, path: string, body: unknown): Promise<T> {
  const response = await reach(address(path), {
    method,
    headers: { 'content-type': 'application/json', 'x-cairn-session': '1' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw readError(response.status, text, response.headers);
  return JSON.parse(text) as T;
}

/** Whether an error means that there is no such thing, which is often an answer. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
