/** Countries as people write them, in English, in Russian or by their two letters. */

const aliases: Record<string, string> = {
  uk: 'GB',
  england: 'GB',
  'great britain': 'GB',
  англия: 'GB',
  британия: 'GB',
  usa: 'US',
  us: 'US',
  сша: 'US',
  рф: 'RU',
  'российская федерация': 'RU',
  'russian federation': 'RU',
  holland: 'NL',
  голландия: 'NL',
  'czech republic': 'CZ',
  turkey: 'TR',
  el: 'GR',
};

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Codes of no country, and those of countries that are no more, which the runtime reads as their successors. */
const isCountry = (code: string): boolean =>
  !['ZZ', 'XA', 'XB', 'EU', 'UN', 'EZ'].includes(code) && new Intl.Locale(`und-${code}`).region === code;

/** The names that the runtime knows of every region, and the aliases. */
const codes: ReadonlyMap<string, string> = new Map([
  ...['en', 'ru'].flatMap((language) => {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    return letters
      .flatMap((first) => letters.map((second) => first + second))
      .filter(isCountry)
      .flatMap((code): [string, string][] => {
        const name = names.of(code);
        return name === undefined ? [] : [[name.toLowerCase(), code]];
      });
  }),
  ...Object.entries(aliases),
]);

const known = new Set(codes.values());

/** `Германия` -> `DE`; null when it is no country. */
export function countryCode(text: string): string | null {
  const word = text.trim().toLowerCase().replace(/\.$/, '');
  return codes.get(word) ?? (known.has(word.toUpperCase()) ? word.toUpperCase() : null);
}

/** All names, the longest first, so that a pattern made of them takes `South Korea` for one country. */
export const countryNames: readonly string[] = [...codes.keys()]
  .filter((name) => name.length > 2 || name === 'uk' || name === 'рф')
  .sort((a, b) => b.length - a.length);
