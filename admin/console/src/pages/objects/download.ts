import { objects } from '../../lib/api/calls';
import { explain } from '../../lib/api/error';
import { attachment } from '../../lib/attachment';
import { toast } from '../../lib/toasts.svelte';

const LINK_S = 300;

/** Downloads one object by a link of its own, so that the browser takes it to the disk as it comes. */
export async function download(bucket: string, key: string, version: string | undefined): Promise<void> {
  const name = key.split('/').pop() || key;
  try {
    const body = { key, expires_in: LINK_S, content_disposition: attachment(name), ...(version ? { version } : {}) };
    const { url } = await objects.presign(bucket, body);
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    // In a window of its own: should the server refuse, the console is still there.
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.click();
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}
