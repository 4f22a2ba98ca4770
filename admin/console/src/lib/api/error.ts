import { known, t } from '../i18n/i18n.svelte';

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Nobody answers, or a proxy does and says so. What the server itself refuses with has a code of its own. */
export function isAway(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiError && /^Status50[234]$/.test(error.code));
}

/** Whether a refusal is about how much is asked, not about passwords that were tried. */
export const isPutOff = (body: string) => /"SlowDown"|<Code>SlowDown</.test(body);

/** Somebody else has saved it meanwhile. It is this now; null where there is none any more. */
export class Moved<T> extends Error {
  override readonly name = 'Moved';
  constructor(readonly now: T | null) {
    super();
  }
}

/** What policies decide, in the words of IAM: who, what and on which ARN, of which only what tells anything. */
const DECIDED = /is not authorized to perform: ([\w-]+:\w+)/;
/** S3 says no more than this when it says nothing. */
const PLAIN = /^(access denied|forbidden)?\.?$/i;
/** A limit of the user is no quota of the bucket. */
const OF_USER = /^The limit of (.*) in all buckets of the user/;
const LOCKED = /^Access Denied because object protected by object lock/;

/** Whether policies do not allow it: nothing that could be tried again. */
export function isDenied(error: unknown): boolean {
  if (!(error instanceof ApiError) || (error.code !== 'AccessDenied' && error.status !== 403)) return false;
  return PLAIN.test(error.message) || DECIDED.test(error.message);
}

/** That something is not allowed, and whom to ask; also where it is not even tried. */
export function denied(action: string | undefined): string {
  return action ? `${t('error.code.AccessDenied')} (${action})` : t('error.code.AccessDenied');
}

/** Why one of many was refused, which an answer tells that is no refusal itself. */
export function refusalOf(one: { code: string; message: string }): ApiError {
  return new ApiError(0, one.code, one.message);
}

/** What to tell somebody: what happened, and what to do about it where the console knows. */
export function explain(error: unknown): string {
  if (error instanceof Unreachable) return t('error.unreachable');
  if (error instanceof Moved) return t('error.moved');
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 429) return t(error.code === 'SlowDown' ? 'error.too_much' : 'error.slow_down', { seconds: error.retryAfter ?? 60 });
  if (isDenied(error)) return denied(DECIDED.exec(error.message)?.[1]);
  if (LOCKED.test(error.message)) return t('error.locked');
  const key = `error.code.${error.code}`;
  // Denied for a reason of its own: that is what helps.
  const hasReason = error.code === 'AccessDenied' || (error.code === 'QuotaExceeded' && OF_USER.test(error.message));
  const advice = known(key) && !hasReason ? t(key) : error.message || t('error.unknown', { status: error.status });
  return error.requestId && error.status >= 500
    ? `${advice} ${t('error.request', { id: error.requestId })}`
    : advice;
}

/** Reads an error from a body in either of the two shapes the server has: its own, and S3's. */
export function readError(status: number, body: string, headers: Headers): ApiError {
  const after = Number(headers.get('retry-after'));
  const retryAfter = Number.isFinite(after) && after > 0 ? after : null;
  const id = headers.get('x-amz-request-id') ?? headers.get('x-request-id');
  try {
    const { error } = JSON.parse(body) as { error: Record<string, string | null> };
    const { code, message, field, request_id } = error;
    return new ApiError(status, code ?? '', message ?? '', field ?? null, request_id ?? id, retryAfter);
  } catch {
    const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? `Status${status}`;
    const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? '';
    return new ApiError(status, code, message, null, id, retryAfter);
  }
}
