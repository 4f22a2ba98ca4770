/** A browser by the name people know it by, and what it runs on; other programs as they name themselves. */
export function browserOf(agent: string): string {
  const browser = BROWSERS.find(([, sign]) => sign.test(agent))?.[0];
  if (!browser) return agent.split(/[\s(]/)[0] ?? '';
  const system = SYSTEMS.find(([, sign]) => sign.test(agent))?.[0];
  return system ? `${browser}, ${system}` : browser;
}

// The order counts: most of them claim to be the ones below, too.
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
];

const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
];
