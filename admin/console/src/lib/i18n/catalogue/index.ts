// Every text of the console, in every language, side by side: who changes one sees the other. A text
// is taken literally; `{name}` and `{n|one|many}` are filled in (see fill.ts).
import { access } from './access';
import { actions } from './actions';
import { buckets } from './buckets';
import { common } from './common';
import { create } from './create';
import { encryption } from './encryption';
import { objects } from './objects';
import { overview } from './overview';
import { profile } from './profile';
import { server } from './server';
import { settings } from './settings';
import { summaries } from './summaries';

export const catalogue = { ...common, ...overview, ...buckets, ...create, ...objects, ...access, ...profile, ...server, ...encryption, ...settings, ...summaries, ...actions } as const;

export type Key = keyof typeof catalogue;
