import type { Component } from 'svelte';
import type { Action } from './lib/api/session.svelte';
import type { Key } from './lib/i18n/i18n.svelte';
import type { IconName } from './lib/ui/Icon.svelte';
import Audit from './pages/Audit.svelte';
import Bucket from './pages/bucket/Bucket.svelte';
import Buckets from './pages/Buckets.svelte';
import Group from './pages/people/Group.svelte';
import Groups from './pages/people/Groups.svelte';
import Overview from './pages/Overview.svelte';
import Policies from './pages/people/Policies.svelte';
import Policy from './pages/people/Policy.svelte';
import Profile from './pages/Profile.svelte';
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
  { path: '/audit', page: Audit, within: '/audit' },
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
}

export const places: readonly Place[] = [
  { path: '/', label: 'nav.overview', icon: 'overview', bar: true },
  { path: '/buckets', label: 'nav.buckets', icon: 'bucket', bar: true },
  { path: '/users', label: 'nav.users', icon: 'user', bar: true, needs: 'iam:ListUsers' },
  { path: '/groups', label: 'nav.groups', icon: 'group', bar: false, needs: 'iam:ListGroups' },
  { path: '/policies', label: 'nav.policies', icon: 'policy', bar: false, needs: 'iam:ListPolicies' },
  { path: '/audit', label: 'nav.audit', icon: 'audit', bar: true, needs: 'cairn:ReadAudit' },
];
