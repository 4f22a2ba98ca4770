import { base } from './base';

// Where the visitor is. Names of buckets and users stand in the query, never in the path: they may
// hold dots, and the server answers a path with a dot as a file.

export type Query = Record<string, string | undefined>;

function read(): { path: string; query: URLSearchParams } {
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : '';
  return { path: '/' + path.replace(/\/+$/, ''), query: new URLSearchParams(location.search) };
}

let place = $state.raw(read());

export const router = {
  get path() {
    return place.path;
  },
  /** Which page this is. A dialog, a tab or a folder is no other one. */
  get page() {
    return `${place.path} ${place.query.get('name') ?? ''}`;
  },
  /** All of the address, with what lies over the page. */
  get address() {
    return `${place.path}?${place.query}`;
  },
  /** A value from the query; empty when it is not there. */
  query(name: string): string {
    return place.query.get(name) ?? '';
  },
};

/** The address of a page, for links. */
export function href(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return base + path.replace(/^\//, '') + (text ? '?' + text : '');
}

export function go(path: string, query: Query = {}): void {
  visit(href(path, query));
}

/** What leads on from the page one is on now, unless one has left it when it is called. */
export function onFromHere(): (path: string, query?: Query) => void {
  const from = router.page;
  return (path, query = {}) => {
    if (router.page === from) go(path, query);
  };
}

/** What is called later does something only if nothing has been opened, closed or left since. */
export function whileHere(): (what: () => void) => void {
  const from = router.address;
  return (what) => {
    if (router.address === from) what();
  };
}

/** Goes there in the place of where one is: back from there leads past what has been done here. */
export function goOn(path: string, query: Query = {}): void {
  history.replaceState(null, '', href(path, query));
  place = read();
}

/** Changes the query of this page without a step in the history. */
export function adjust(changes: Query): void {
  history.replaceState(history.state, '', adjusted(changes));
  place = read();
}

/** Opens what lies over this page, as a dialog does: one step, which the browser's Back takes back. */
export function openOver(changes: Query): void {
  const address = adjusted(changes);
  if (address === location.pathname + location.search) return;
  history.pushState({ over: over() + 1 }, '', address);
  place = read();
}

/** Closes it: back to the page beneath, or, where a link has led right here, off the address. */
export function closeOver(changes: Query): void {
  const steps = over();
  // On its way already: twice would be a step too far. Or closed by Back, before it was done.
  if (closing || !Object.keys(changes).some((name) => place.query.has(name))) return;
  if (steps === 0) {
    adjust(changes);
    return;
  }
  closing = changes;
  history.go(-steps);
}

/** What has to be off the address once the page beneath is reached. */
let closing: Query | undefined;

/** How many steps lie between here and the page that is beneath. */
function over(): number {
  const state = history.state as { over?: unknown } | null;
  return typeof state?.over === 'number' ? state.over : 0;
}

/** The address of this page with another query. */
function adjusted(changes: Query): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return location.pathname + (text ? '?' + text : '');
}

function visit(address: string): void {
  if (address !== location.pathname + location.search) history.pushState(null, '', address);
  place = read();
}

/** Links inside the console change the page without loading it anew. */
export function listen(): void {
  addEventListener('popstate', () => {
    place = read();
    const rest = closing;
    closing = undefined;
    if (rest) adjust(rest);
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link?.href || link.target || link.hasAttribute('download')) return;
    const to = new URL(link.href);
    const outside = to.origin !== location.origin || !to.pathname.startsWith(base);
    if (outside || to.pathname.startsWith(base + 'api/')) return;
    event.preventDefault();
    visit(to.pathname + to.search);
  });
}
