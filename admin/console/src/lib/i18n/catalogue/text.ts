export interface Text {
  en: string;
  de: string;
}

/** Keeps the keys of a part of the catalogue as types, and makes sure that no language is left out. */
export function texts<const Keys extends string>(all: Record<Keys, Text>): Record<Keys, Text> {
  return all;
}
