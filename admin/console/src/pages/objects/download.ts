import { objects } from '../../lib/api/calls';
import { explain } from '../../lib/api/error';
import { saveFrom } from '../../lib/save';
import { toast } from '../../lib/toasts.svelte';

/** Downloads one object by the console's own port: who reaches the console need not reach that of S3. */
export async function download(bucket: string, key: string, version: string | undefined): Promise<void> {
  try {
    const { url } = await objects.download(bucket, { key, ...(version ? { version } : {}) });
    saveFrom(url);
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}
