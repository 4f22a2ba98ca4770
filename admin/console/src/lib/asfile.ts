/** What an answer says of itself to be saved rather than shown, under the last step of its key. RFC 6266, in signs that any header bears. */
export function asFile(key: string): string {
  const name = key.split('/').filter(Boolean).pop() ?? 'object';
  const quoted = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename*=UTF-8''${quoted}`;
}
