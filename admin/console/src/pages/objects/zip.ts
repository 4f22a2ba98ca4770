import { buckets } from '../../lib/api/calls';
import { explain } from '../../lib/api/error';
import { t } from '../../lib/i18n/i18n.svelte';
import type { Row } from '../../lib/rows';
import { saveFrom } from '../../lib/save';
import { toast } from '../../lib/toasts.svelte';

/** What one request may name: keys, and prefixes with all that is beneath them. */
const KEYS_MAX = 1000;

/** Downloads what is selected as one ZIP, which the server makes while it is sent. */
export async function downloadZip(bucket: string, rows: readonly Row[], everything: string | undefined): Promise<void> {
  const keys = [...new Set(rows.map((row) => row.key))];
  if (everything === undefined && keys.length > KEYS_MAX) {
    toast(t('zip.too_many', { n: KEYS_MAX }), { tone: 'bad' });
    return;
  }
  try {
    const { url } = await buckets.zip(bucket, everything === undefined ? { keys } : { prefix: everything });
    saveFrom(url);
    toast(t('zip.begun'));
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}
