/** Text of pages, made even. */

/** A text longer than this is cut. */
export const maxTextCharacters = 20_000;

/** Lines without gaps, without what cannot be seen, of at most so many characters. */
export const tidy = (text: string, max: number): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/(?:(?!\n)[\p{Cc}\p{Zs}])+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/ *\n[ \n]*/g, '\n')
    .trim()
    .slice(0, max)
    .toWellFormed();
