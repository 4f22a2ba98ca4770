import { buckets, objects } from '../../lib/api/calls';
import { address } from '../../lib/api/client';
import { explain } from '../../lib/api/error';
import { t } from '../../lib/i18n/i18n.svelte';
import type { Row } from '../../lib/rows';
import { toast } from '../../lib/toasts.svelte';

/** What one request may name. A prefix has no such bound. */
const KEYS_MAX = 1000;

type Wanted = { keys: string[] } | { prefix: string };

/** Downloads what is selected as one ZIP, which the server makes while it is sent. */
export async function downloadZip(bucket: string, rows: readonly Row[], everything: string | undefined): Promise<void> {
  try {
    const wanted = await named(bucket, rows, everything);
    if (!wanted) {
      toast(t('zip.too_many', { n: KEYS_MAX }), { tone: 'bad' });
      return;
    }
    const { url } = await buckets.zip(bucket, wanted);
    const link = document.createElement('a');
    link.href = new URL(url, address('')).href;
    link.download = '';
    link.click();
    toast(t('zip.begun'));
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}

/** All that is here, one prefix, or keys by name; undefined if those are too many. */
async function named(bucket: string, rows: readonly Row[], everything: string | undefined): Promise<Wanted | undefined> {
  if (everything !== undefined) return { prefix: everything };
  const [first] = rows;
  if (rows.length === 1 && first?.kind === 'prefix') return { prefix: first.key };
  const keys = rows.flatMap((row) => (row.kind === 'object' ? [row.key] : []));
  for (const row of rows) {
    if (row.kind !== 'prefix') continue;
    const page = await objects.list(bucket, { prefix: row.key, limit: KEYS_MAX });
    keys.push(...page.items.map((item) => item.key));
    if (page.next || keys.length > KEYS_MAX) return undefined;
  }
  return keys.length > KEYS_MAX ? undefined : { keys };
}
