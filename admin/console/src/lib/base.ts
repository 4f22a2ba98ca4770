/** The path under which the console lies, with a slash at its end. */
export const base = document.querySelector<HTMLMetaElement>('meta[name="cairn-base"]')?.content ?? '/';
