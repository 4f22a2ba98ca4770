// Documents as people write them. The server keeps no order of fields, and sends them by the alphabet.
const FIRST = [
  'Version', 'Id', 'ID', 'Sid', 'Status', 'Statement', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition',
  'Filter', 'Prefix', 'Key', 'Name', 'Value',
];

const rank = (name: string) => {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
};

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  // What has no rank keeps its place among its like: sorting is stable.
  const fields = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(fields.map(([name, field]) => [name, ordered(field)]));
}

/** The text of a document, its fields in the order in which one reads them. */
export const pretty = (value: unknown) => JSON.stringify(ordered(value), null, 2);
