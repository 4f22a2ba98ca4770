// What a browser keeps between visits: choices, never credentials. Storage may be forbidden or full;
// then a choice lasts as long as the page.

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem('cairn.' + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem('cairn.' + name);
    else localStorage.setItem('cairn.' + name, value);
  } catch {
    // See above.
  }
}
