/** The words of a language. Each language is one file of `words/`. */
import type { Words } from './words/catalogue.ts';
import { english } from './words/english.ts';
import { russian } from './words/russian.ts';

export type { Said, Words } from './words/catalogue.ts';

/** The languages that Baton speaks. */
export type Language = keyof typeof catalogues;

const catalogues = { en: english, ru: russian } as const;

export const wordsIn = (language: Language): Words => catalogues[language];
