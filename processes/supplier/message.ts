/**
 * How people ask for a new supplier: free text in English or Russian, on one line or on several, labelled or not, in any
 * order. What a text does not say is left out here and asked for; nothing is guessed.
 *
 * It is one pattern, since a field may stand anywhere: each lookahead searches the whole text for its field and names
 * what it finds. `\b` knows only Latin letters, hence the look-arounds at Russian words.
 */
import { countryNames } from './countries.ts';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Matches one of these words where it stands for itself. */
const word = (...words: string[]): string => `(?<![\\p{L}\\d])(?:${words.join('|')})(?![\\p{L}\\d])`;

const english = '(?:new|add|register|onboard|create)\\s+(?:an?\\s+|the\\s+)?(?:new\\s+)?(?:supplier|vendor)';
const russian =
  '(?:(?:добав|зарегистрир|завед|внес)\\p{L}*\\s+(?:нового\\s+)?|нов(?:ый|ого)\\s+)(?:поставщик|контрагент)\\p{L}{0,2}';
const head = word(english, russian);

const taxLabel = word(
  'INN(?:\\s*/\\s*KPP)?',
  'ИНН(?:\\s*/\\s*КПП)?',
  'VAT(?:\\s*(?:ID|no\\.?|number|reg\\.?(?:istration)?))*',
  'tax\\s*(?:ID|no\\.?|number)',
  'USt-?Id(?:-?Nr)?\\.?',
);
const accountLabel = word('IBAN', 'account', '(?:расч[её]тный\\s+)?сч[её]т', 'р\\s*/\\s*сч?\\.?', 'BIK', 'БИК');
const otherLabel = word('e-?mail', 'mail', '(?:эл\\.?\\s*)?почта', 'country', 'страна');
const between = '\\s*[:№#=–—-]*\\s*';

const name = [
  `(?:^|[\\n,;:])[ \\t]*${word('(?:company\\s+)?name', 'supplier', 'название', 'наименование')}[ \\t]*[:–—-][ \\t]*`,
  `${head}[ \\t]*[:–—-][ \\t]*`,
].join('|');
const endOfName = `(?=\\s*(?:[,;\\n]|$|${taxLabel}|${accountLabel}|${otherLabel}))`;

const endOfLine = '(?=\\s*(?:[,;.\\n]|$))';
// After its label anything may be a country; without one, what stands between two commas and is the name of one.
const country = [
  `(?<=${word('country', 'страна')}\\s*[:–—-]\\s*)\\p{L}[^\\n,;:]{1,60}?${endOfLine}`,
  `(?<=(?:^|[,;\\n])\\s*)(?:${countryNames.map(escaped).join('|')})${endOfLine}`,
].join('|');

const iban = `(?<!${taxLabel}${between})(?=(?: ?[\\dA-Z]){15})[A-Z]{2}\\d{2} ?[\\dA-Z]{4}(?:(?: ?(?=[A-Z]*\\d)[\\dA-Z]{1,4}){2,8}|[\\dA-Z]{7,26})`;
// The bank's own account at the central bank begins with 301 and often stands beside it.
const digits20 = '(?<!\\d)(?!301)\\d{20}(?!\\d)';
const bik = `${word('BIK', 'БИК')}\\D{0,5}\\d{9}(?!\\d)`;

const fields = [
  `(?:${name})(?<name>(?!\\s|${taxLabel}|${accountLabel}|${otherLabel})[^\\n,;:]{2,200}?)${endOfName}`,
  `(?<country>${country})`,
  `${taxLabel}${between}(?<taxId>[A-Z]{2}[ -]?(?=[A-Z]{0,3}\\d)[\\dA-Z]+(?:[ .-]\\d{2,4}){0,4}|\\d{5,20})(?![\\p{L}\\d])`,
  `(?<account>(?<![\\p{L}\\d])${iban}(?![\\dA-Z])|${digits20}[\\s\\S]{0,200}?${bik}|${bik}[\\s\\S]{0,200}?${digits20})`,
  '(?<email>[^\\s@<>,;:()"\']+@[^\\s@<>,;:()"\']+\\.\\p{L}{2,})',
];

/** A field wherever it stands, or nothing. */
const anywhere = (field: string): string => `(?=(?:[\\s\\S]*?${field})?)`;

export const patterns: RegExp[] = [new RegExp(`^(?=[\\s\\S]*?${head})${fields.map(anywhere).join('')}`, 'iu')];
