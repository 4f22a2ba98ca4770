import { buckets, jobs } from './api/calls';
import { explain } from './api/error';
import type { Job } from './api/types';
import { toast } from './toasts.svelte';

const LOOK_MS = 1000;

/** A bucket that is being emptied: the job that does it, watched until it has ended. */
export function emptying(ondone: () => void) {
  let job = $state.raw<Job>();

  $effect(() => {
    const id = job?.state === 'running' ? job.id : undefined;
    if (!id) return;
    const timer = setInterval(() => void look(id), LOOK_MS);
    return () => clearInterval(timer);
  });

  async function look(id: string) {
    const now = await jobs.one(id).catch(() => undefined);
    if (!now || now.id !== job?.id || job.state !== 'running') return;
    job = now;
    if (now.state === 'done') ondone();
  }

  return {
    get job() {
      return job;
    },
    async begin(bucket: string) {
      try {
        job = await buckets.empty(bucket);
      } catch (error) {
        toast(explain(error), { tone: 'bad' });
      }
    },
    /** Cancels it while it runs, and takes it away once it has ended. */
    async end(which: Job) {
      await jobs.end(which.id).catch((error: unknown) => toast(explain(error), { tone: 'bad' }));
      if (which.state === 'running') await look(which.id);
      else job = undefined;
    },
  };
}
