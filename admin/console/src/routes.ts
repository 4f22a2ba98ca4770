import type { Component } from 'svelte';
import type { Action } from './lib/api/session.svelte';
import type { Key } from './lib/i18n/i18n.svelte';
import type { IconName } from './lib/ui/Icon.svelte';
import Account from './pages/people/Account.svelte';
import Accounts from './pages/people/Accounts.svelte';
import Audit from './pages/Audit.svelte';
import Bucket from './pages/bucket/Bucket.svelte';
import Buckets from './pages/Buckets.svelte';
import Group from './pages/people/Group.svelte';
import Groups from './pages/people/Groups.svelte';
import Overview from './pages/Overview.svelte';
import EncryptionKeys from './pages/server/EncryptionKeys.svelte';
import Events from './pages/server/Events.svelte';
import Jobs from './pages/server/Jobs.svelte';
import LifecycleRuns from './pages/server/LifecycleRuns.svelte';
import Policies from './pages/people/Policies.svelte';
import Policy from './pages/people/Policy.svelte';
import Profile from './pages/profile/Profile.svelte';
import Settings from './pages/server/Settings.svelte';
import Simulator from './pages/people/Simulator.svelte';
import User from './pages/people/User.svelte';
import Users from './pages/people/Users.svelte';

export interface Route {
  path: string;
  page: Component;
  /** The entry of the navigation that this page belongs to. */
  within: string;
}

export const routes: readonly Route[] = [
  { path: '/', page: Overview, within: '/' },
  { path: '/buckets', page: Buckets, within: '/buckets' },
  { path: '/bucket', page: Bucket, within: '/buckets' },
  { path: '/users', page: Users, within: '/users' },
  { path: '/user', page: User, within: '/users' },
  { path: '/groups', page: Groups, within: '/groups' },
  { path: '/group', page: Group, within: '/groups' },
  { path: '/policies', page: Policies, within: '/policies' },
  { path: '/policy', page: Policy, within: '/policies' },
  { path: '/simulator', page: Simulator, within: '/policies' },
  { path: '/accounts', page: Accounts, within: '/accounts' },
  { path: '/account', page: Account, within: '/accounts' },
  { path: '/audit', page: Audit, within: '/audit' },
  { path: '/jobs', page: Jobs, within: '/jobs' },
  { path: '/events', page: Events, within: '/events' },
  { path: '/lifecycle', page: LifecycleRuns, within: '/lifecycle' },
  { path: '/encryption', page: EncryptionKeys, within: '/encryption' },
  { path: '/settings', page: Settings, within: '/settings' },
  { path: '/profile', page: Profile, within: '/profile' },
];

export interface Place {
  path: string;
  label: Key;
  icon: IconName;
  /** Whether it has its place in the bar of a phone; the rest is behind "More". */
  bar: boolean;
  /** Without it the page would show nothing. */
  needs?: Action;
  /** The heading that it comes under. */
  part?: Key;
}

export const places: readonly Place[] = [
  { path: '/', label: 'nav.overview', icon: 'overview', bar: true },
  { path: '/buckets', label: 'nav.buckets', icon: 'bucket', bar: true },
  { path: '/users', label: 'nav.users', icon: 'user', bar: true, needs: 'iam:ListUsers', part: 'nav.access' },
  { path: '/groups', label: 'nav.groups', icon: 'group', bar: false, needs: 'iam:ListGroups', part: 'nav.access' },
  { path: '/policies', label: 'nav.policies', icon: 'policy', bar: false, needs: 'iam:ListPolicies', part: 'nav.access' },
  { path: '/accounts', label: 'nav.accounts', icon: 'key', bar: false, needs: 'cairn:ListAccounts', part: 'nav.access' },
  { path: '/audit', label: 'nav.audit', icon: 'audit', bar: true, needs: 'cairn:ReadAudit', part: 'nav.server' },
  { path: '/events', label: 'nav.events', icon: 'bell', bar: false, needs: 'cairn:ReadEvents', part: 'nav.server' },
  { path: '/lifecycle', label: 'nav.lifecycle', icon: 'clock', bar: false, needs: 'cairn:ReadLifecycle', part: 'nav.server' },
  { path: '/jobs', label: 'nav.jobs', icon: 'wrench', bar: false, needs: 'cairn:RunJob', part: 'nav.server' },
  { path: '/encryption', label: 'nav.encryption', icon: 'lock', bar: false, needs: 'kms:ListKeys', part: 'nav.server' },
  { path: '/settings', label: 'nav.settings', icon: 'settings', bar: false, needs: 'cairn:GetServerInfo', part: 'nav.server' },
];
