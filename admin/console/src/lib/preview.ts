// What can be shown of an object, and how. The list is short on purpose: what the server says an
// object is never becomes a document of the console's own origin.

export type Preview = { kind: 'image' | 'audio' | 'video' | 'pdf' | 'text'; type: string } | { kind: 'none' };

/** Whole pictures and documents are loaded, so that they must fit in memory. What is played is not. */
export const LOADED_BYTES_MAX = 64 * 1024 * 1024;
/** Of text its beginning is enough. */
export const TEXT_BYTES_MAX = 256 * 1024;

const BY_ENDING: Record<string, string> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', avif: 'image/avif', svg: 'image/svg+xml', bmp: 'image/bmp', ico: 'image/x-icon',
  mp3: 'audio/mpeg', ogg: 'audio/ogg', wav: 'audio/wav', flac: 'audio/flac', m4a: 'audio/mp4', opus: 'audio/ogg', oga: 'audio/ogg', aac: 'audio/aac', weba: 'audio/webm',
  mp4: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime', m4v: 'video/mp4', ogv: 'video/ogg', mkv: 'video/x-matroska',
  pdf: 'application/pdf',
};
const SHOWN = new Set(Object.values(BY_ENDING));
/** A player runs nothing, so that it may try whatever is said to be for it. */
const PLAYED = /^(audio|video)\/[a-z0-9.+-]{1,64}$/;
const TEXT_TYPES = /^(text\/|application\/(json|xml|yaml|x-yaml|toml|javascript|x-sh|x-ndjson|sql)\b|.*\+(json|xml)$)/;
const TEXT_ENDINGS = /\.(txt|md|log|csv|tsv|json|jsonl|ndjson|xml|ya?ml|toml|ini|conf|cfg|env|sh|py|rs|js|ts|css|html?|sql|go|java|c|h|cpp|rb|php|properties|lock)$/i;

export function previewOf(key: string, type: string | null | undefined): Preview {
  const said = (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const ending = key.split('.').pop()?.toLowerCase() ?? '';
  const vague = said === '' || said === 'application/octet-stream' || said === 'binary/octet-stream';
  const shown = SHOWN.has(said) || PLAYED.test(said) ? said : vague ? BY_ENDING[ending] : undefined;
  if (shown) return { kind: kindOf(shown), type: shown };
  if (TEXT_TYPES.test(said) || (vague && TEXT_ENDINGS.test(key))) return { kind: 'text', type: 'text/plain' };
  return { kind: 'none' };
}

function kindOf(type: string): 'image' | 'audio' | 'video' | 'pdf' {
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  return type.startsWith('video/') ? 'video' : 'pdf';
}
