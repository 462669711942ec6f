/** The words of a language. Each language is one file of `words/`. */

import type { Decision, EscalationKind } from '../../contracts/escalation.ts';
import type { Said, Words } from './words/catalogue.ts';
import type { ConsoleWords } from './words/console.ts';
import { english } from './words/english.ts';
import { englishConsole } from './words/english-console.ts';
import { englishEstimate } from './words/english-estimate.ts';
import { englishModels } from './words/english-models.ts';
import type { EstimateWords } from './words/estimate.ts';
import type { ModelWords } from './words/models.ts';
import { russian } from './words/russian.ts';
import { russianConsole } from './words/russian-console.ts';
import { russianEstimate } from './words/russian-estimate.ts';
import { russianModels } from './words/russian-models.ts';

export type { Said, Words } from './words/catalogue.ts';
export type { ConsoleWords } from './words/console.ts';

/** The languages that Baton speaks. */
export type Language = keyof typeof catalogues;

const catalogues = { en: english, ru: russian } as const;

export const wordsIn = (language: Language): Words => catalogues[language];

/** What is said of models and money in the language of a catalogue. */
export const modelWordsOf = (words: Pick<Words, 'locale'>): ModelWords =>
  words.locale === russian.locale ? russianModels : englishModels;

/** What Baton says to a person beside the cards of runs. */
export const consoleWordsIn = (language: Language): ConsoleWords =>
  language === 'ru' ? russianConsole : englishConsole;

/** What the calculator says. */
export const estimateWordsIn = (language: Language): EstimateWords =>
  language === 'ru' ? russianEstimate : englishEstimate;

/** The language of a text of which nothing else is known. */
export const languageOf = (text: string): Language => (/\p{Script=Cyrillic}/u.test(text) ? 'ru' : 'en');

/** What a verb or an outcome says to this kind of question. */
export const saidOf = <V extends Decision['outcome']>(kind: EscalationKind, said: V): Said<V> =>
  kind === 'uncertain' && said === 'retry' ? 'notDone' : said;
