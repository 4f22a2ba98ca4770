/** What the numbers of the configuration count; a test holds it to what the server documents. */
export const UNITS: Record<string, 'MiB' | 's' | 'ms' | '/s'> = {
  'body-memory': 'MiB',
  'key-rate': '/s',
  'user-rate': '/s',
  'address-rate': '/s',
  'access-log-interval': 's',
  'lifecycle-day': 's',
  'copy-silence': 'ms',
  'slow-request': 'ms',
};

/** Of these, zero is no bound at all. */
export const UNBOUNDED: ReadonlySet<string> = new Set(['requests-at-once', 'body-memory', 'key-rate', 'user-rate', 'address-rate']);
