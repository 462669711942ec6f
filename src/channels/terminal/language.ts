/** Which language the terminal speaks, and its words. */
import type { FormWords } from '../../contracts/form.ts';
import type { TerminalWords } from './words.ts';
import { english } from './words-en.ts';
import { russian } from './words-ru.ts';

const catalogues = { en: english, ru: russian } as const;
export type TerminalLanguage = keyof typeof catalogues;

export const terminalWords = (language: TerminalLanguage, form: FormWords): TerminalWords => ({
  ...form,
  ...catalogues[language],
});

/** The language of a locale: the first variable that is set decides, as in POSIX. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): TerminalLanguage {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^ru(?![a-z])/i.test(locale) ? 'ru' : 'en';
}
