/** The form of a word that goes with a number: 1 файл, 2 файла, 5 файлов, 21 файл. */

/** A language's whole numbers take the forms `F`; anything else would be a wrong catalogue. */
export function pluralsOf<F extends Intl.LDMLPluralRule>(locale: string) {
  const rules = new Intl.PluralRules(locale);
  return (count: number, forms: Record<F, string>): string => forms[rules.select(count) as F];
}

/** For a text that goes on where another one began. */
export const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
