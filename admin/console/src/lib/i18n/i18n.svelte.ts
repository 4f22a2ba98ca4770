import { bytes, clock, dateTime, ago, moment, number, percent } from '../format';
import { remember, remembered } from '../remember';
import { catalogue, type Key } from './catalogue';
import { fill, type Values } from './fill';

export type { Key };
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const beginning = first();
let language = $state(beginning);
document.documentElement.lang = beginning;

function first(): Language {
  const wanted = remembered('language') ?? navigator.language.slice(0, 2);
  return wanted === 'de' ? 'de' : 'en';
}

export const i18n = {
  get language() {
    return language;
  },
};

export function setLanguage(to: Language): void {
  language = to;
  document.documentElement.lang = to;
  remember('language', to);
}

/** The text for a key in the language chosen. */
export function t(key: Key, values: Values = {}): string {
  return fill(catalogue[key][language], values, language);
}

/** Whether there is a text for this key, for keys made from what a server says. */
export function known(key: string): key is Key {
  return Object.hasOwn(catalogue, key);
}

/** What the server calls by a name that it may have learned after this was written. */
export function named(key: string, otherwise: string): string {
  return known(key) ? t(key) : otherwise;
}

/** The visitor's own variety of the language, for dates: `en-GB` writes the day first. */
function locale(): string {
  return navigator.languages.find((each) => each.startsWith(language)) ?? language;
}

export const show = {
  bytes: (value: number) => bytes(value, locale()),
  number: (value: number) => number(value, locale()),
  percent: (part: number, whole: number) => percent(part, whole, locale()),
  time: (value: string | number) => dateTime(value, locale()),
  clock: (value: number) => clock(value, locale()),
  moment: (value: string | number) => moment(value, locale()),
  ago: (value: string | number) => ago(value, locale()),
};
