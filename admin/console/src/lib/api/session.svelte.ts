import { confirm, withdraw } from '../confirm.svelte';
import { belongTo, drafts } from '../drafts.svelte';
import { emptying } from '../emptying.svelte';
import { t } from '../i18n/i18n.svelte';
import { forgetAnswers } from '../resource.svelte';
import { clearToasts, toast } from '../toasts.svelte';
import { transfers } from '../transfer/transfers.svelte';
import { underway } from '../underway.svelte';
import { address, ask, askPlainly, onSessionEnd, onSessionOfAnother, refresh, send, setToken, type Tokens } from './client';
import { ApiError, explain, Unreachable } from './error';
import { live } from './live.svelte';

export interface User {
  name: string;
  arn: string;
  kind: 'account' | 'user';
  account: string;
  is_administrator: boolean;
}

type State = 'starting' | 'out' | 'in' | 'unreachable';

let state = $state<State>('starting');
let user = $state.raw<User>();
let ended = $state(false);

// What the navigation needs to know. Pages show what they are allowed to and leave the decision to
// the server, which makes it anyway.
const ACTIONS = [
  's3:CreateBucket',
  'iam:ListUsers',
  'iam:ListGroups',
  'iam:ListPolicies',
  'cairn:ReadAudit',
  'cairn:ReadEvents',
  'cairn:ReadLifecycle',
  'cairn:RunJob',
  'cairn:ListAccounts',
  'cairn:PutBucketHolder',
  'cairn:GetServerInfo',
  'kms:ListKeys',
  'kms:CreateKey',
  'cairn:CreateAccount',
  'cairn:RetryEvents',
  'cairn:DeleteEvents',
  'cairn:ListUserSessions',
  'cairn:EndUserSession',
  'iam:CreateUser',
  'iam:UpdateUser',
  'iam:DeleteUser',
  'iam:TagUser',
  'iam:UpdateLoginProfile',
  'iam:DeleteLoginProfile',
  'iam:DeactivateMFADevice',
  'iam:ListServiceSpecificCredentials',
  'iam:CreateServiceSpecificCredential',
  'iam:AttachUserPolicy',
  'iam:DetachUserPolicy',
  'iam:PutUserPolicy',
  'iam:DeleteUserPolicy',
  'iam:UpdateGroup',
  'iam:DeleteGroup',
  'iam:AddUserToGroup',
  'iam:RemoveUserFromGroup',
  'iam:AttachGroupPolicy',
  'iam:DetachGroupPolicy',
  'iam:PutGroupPolicy',
  'iam:DeleteGroupPolicy',
  'iam:CreatePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'iam:DeletePolicy',
  'iam:SimulatePrincipalPolicy',
  'cairn:PutPolicyLimits',
  'iam:CreateGroup',
  'iam:CreatePolicy',
  'iam:ListAccessKeys',
  'iam:CreateAccessKey',
  'iam:UpdateAccessKey',
  'iam:DeleteAccessKey',
  'cairn:ManageAccountKeys',
  'cairn:DeleteAccount',
  'kms:RotateKeyOnDemand',
  'kms:DisableKey',
  'kms:EnableKey',
  's3:ListAllMyBuckets',
  's3:ListBucket',
  's3:GetObject',
  's3:PutObject',
] as const;
export type Action = (typeof ACTIONS)[number];
let may = $state.raw<Partial<Record<string, boolean>>>({});
let somewhere = $state.raw<Partial<Record<string, boolean>>>({});

export const session = {
  get state() {
    return state;
  },
  get user() {
    return user;
  },
  /** Whether a session was there and ran out, to say so on the login page. */
  get ended() {
    return ended;
  },
  /** What the server has not spoken about is shown: it refuses what it must. */
  may(action: Action | undefined): boolean {
    return action === undefined || (may[action] ?? true);
  },
  /** Whether there may be anything that it is allowed on. */
  mayAnywhere(action: Action): boolean {
    return somewhere[action] ?? true;
  },
  /** No policy of theirs allows anything, of all that the console asks about. */
  get mayNothing() {
    return ACTIONS.every((action) => somewhere[action] === false);
  },
};

interface SessionAnswer {
  user: User;
  may?: Record<string, boolean>;
  somewhere?: Record<string, boolean>;
}

/** Takes the session up again after a reload, if the cookie still carries one. */
export async function restore(): Promise<void> {
  onSessionEnd(() => leave(true));
  onSessionOfAnother(() => {
    leave(false);
    state = 'starting';
    // Once the token is theirs.
    setTimeout(() => void start(enter));
  });
  await start(async () => {
    if (await refresh()) await enter();
    else state = 'out';
  });
}

async function start(how: () => Promise<void>): Promise<void> {
  try {
    await how();
  } catch (error) {
    state = error instanceof ApiError && error.status < 500 ? 'out' : 'unreachable';
  }
}

export interface Credentials {
  name: string;
  password: string;
  code?: string;
}

/** The code with which the server asks for the second factor. */
export function wantsSecondFactor(error: unknown): boolean {
  return error instanceof ApiError && /SecondFactor(Required)?$|MfaRequired$/i.test(error.code);
}

export async function login(credentials: Credentials): Promise<void> {
  const answer = await askPlainly<Tokens>('POST', 'session', credentials);
  setToken(answer);
  await enter();
}

export async function logout(): Promise<void> {
  const [unsaved, unsent, works] = [drafts.count, transfers.unsent, underway.count];
  const text = [unsaved > 0 && t('draft.logout_text', { n: unsaved }), works > 0 && t('bulk.ends_text', { n: works }), unsent > 0 && t('transfer.logout_text', { n: unsent })].filter(Boolean).join(' ');
  const title = t(unsaved > 0 ? 'draft.logout' : works > 0 ? 'bulk.logout' : 'transfer.logout');
  if (text && !(await confirm({ title, text, action: t('menu.logout') }))) return;
  try {
    await send(address('session'), { method: 'DELETE' });
  } catch (error) {
    // The cookie would log in whoever comes next: as long as it counts, one is not logged out.
    if (error instanceof Unreachable || (error instanceof ApiError && error.status >= 500)) {
      toast(t('session.not_out', { why: explain(error) }), { tone: 'bad' });
      return;
    }
  }
  belongTo('');
  leave(false);
}

/** Asks anew who this is, after a change of the profile. */
export async function enter(): Promise<void> {
  const answer = await ask<SessionAnswer>('GET', 'session', { query: { may: ACTIONS.join(',') } });
  user = answer.user;
  belongTo(answer.user.arn);
  transfers.belongTo(answer.user.arn);
  may = answer.may ?? {};
  somewhere = answer.somewhere ?? {};
  ended = false;
  state = 'in';
}

function leave(because: boolean): void {
  setToken(null);
  forgetAnswers();
  live.forget();
  transfers.belongTo('');
  emptying.forget();
  underway.forget();
  clearToasts();
  withdraw();
  user = undefined;
  ended = because && state === 'in';
  state = 'out';
}
