/** In which language somebody reads, and the words for it. */
import type { SlackWords } from './words.ts';
import { english } from './words-en.ts';
import { russian } from './words-ru.ts';

export type Language = 'en' | 'ru';

const all: Record<Language, SlackWords> = { en: english, ru: russian };

export const slackWordsIn = (language: Language): SlackWords => all[language];
