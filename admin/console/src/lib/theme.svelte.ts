import { remember, remembered } from './remember';

export type Theme = 'auto' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
/** The icon of each. */
export const LOOKS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

let chosen = $state<Theme>(THEMES.find((theme) => theme === remembered('theme')) ?? 'auto');
apply();

export const theme = {
  get chosen() {
    return chosen;
  },
};

export function setTheme(to: Theme): void {
  chosen = to;
  remember('theme', to);
  apply();
}

export function nextTheme(): void {
  setTheme(THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length] ?? 'auto');
}

function apply(): void {
  if (chosen === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
