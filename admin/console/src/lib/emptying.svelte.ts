import { buckets, jobs, type Force } from './api/calls';
import { isMissing } from './api/client';
import { explain } from './api/error';
import type { Job } from './api/types';
import { toast } from './toasts.svelte';

const LOOK_MS = 1000;

interface Work {
  job: Job;
  /** What is to be done once the bucket is empty. */
  then: () => void;
}

/** For itself, or to be deleted then. */
export type Purpose = 'empty' | 'delete';

// Buckets that are being emptied, by purpose and name. Who looks at other pages meanwhile has what follows done
// all the same.
let works = $state.raw<ReadonlyMap<string, Work>>(new Map());
let timer: ReturnType<typeof setInterval> | undefined;
let looking = false;

const isRunning = ({ job }: Work) => job.state === 'running';

const keyOf = (purpose: Purpose, bucket: string) => `${purpose} ${bucket}`;

function put(key: string, work: Work | undefined) {
  const next = new Map(works);
  if (work) next.set(key, work);
  else next.delete(key);
  works = next;
  const any = [...next.values()].some(isRunning);
  if (any) timer ??= setInterval(() => void lookAll(), LOOK_MS);
  else stop();
}

function stop() {
  clearInterval(timer);
  timer = undefined;
}

async function lookAll() {
  // A slow server is not asked again before it has answered.
  if (looking) return;
  looking = true;
  await Promise.all([...works].filter(([, work]) => isRunning(work)).map(([key, work]) => look(key, work.job.id)));
  looking = false;
}

async function look(key: string, id: string) {
  let isGone = false;
  const now = await jobs.one(id).catch((error: unknown) => void (isGone = isMissing(error)));
  const work = works.get(key);
  // Forgotten by somebody else, before it was seen to end.
  if (isGone && work?.job.id === id) put(key, undefined);
  if (!now || work?.job.id !== id || !isRunning(work)) return;
  put(key, { ...work, job: now });
  if (now.state === 'done') work.then();
}

export const emptying = {
  job(purpose: Purpose, bucket: string): Job | undefined {
    return works.get(keyOf(purpose, bucket))?.job;
  },
  async begin(purpose: Purpose, bucket: string, how: Force, then: () => void) {
    try {
      put(keyOf(purpose, bucket), { job: await buckets.empty(bucket, how), then });
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    }
  },
  /** Cancels it while it runs, and takes it away once it has ended. */
  async end(purpose: Purpose, bucket: string, which: Job) {
    await jobs.end(which.id).catch((error: unknown) => toast(explain(error), { tone: 'bad' }));
    if (which.state === 'running') await look(keyOf(purpose, bucket), which.id);
    else put(keyOf(purpose, bucket), undefined);
  },
  /** There is no such bucket any more. */
  drop(bucket: string) {
    for (const purpose of ['empty', 'delete'] as const) put(keyOf(purpose, bucket), undefined);
  },
  /** Whoever comes next has begun none of it. */
  forget() {
    works = new Map();
    looking = false;
    stop();
  },
};
