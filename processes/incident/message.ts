/** How people ask for it, in English and Russian: a word that says what is the matter, and what it is the matter with. */
import { addressPattern, namePattern, type Service } from './targets.ts';

const worry = [
  'check|probe|diagnose|ping|status|healthy|incident|outage|alive|reachable|unreachable|available|unavailable',
  "down|broken|slow|hangs|crashed|up|wrong|restart|(?:not|\\p{L}+n[’']t)\\s+(?:work|respond|answer|load|open)\\w*",
].join('|');

/** `\b` knows only Latin letters, hence the look-arounds. A stem is followed by any ending. */
const russianWorry = [
  'провер(?:ь|ьте|ить|ка)|посмотри(?:те)?|что\\s+(?:там\\s+)?со?|статус|инцидент|жив\\p{L}?|доступ\\p{L}+|недоступ\\p{L}+',
  'не\\s+(?:работа|отвеча|открыва|груз|доступ)\\p{L}+|лежит|упал\\p{L}?|тормоз\\p{L}+|завис\\p{L}*|перезапус\\p{L}+',
].join('|');

const subject = 'site|website|service|server|api|сайт\\p{L}{0,2}|сервис\\p{L}{0,2}|сервер\\p{L}{0,2}';

const word = (alternatives: string): string => `(?<![\\p{L}\\d])(?:${alternatives})(?![\\p{L}\\d])`;

/** The patterns of the route, which know the services by name. */
export function createPatterns(services: readonly Service[]): RegExp[] {
  const isWorried = `(?=[^]*?${word(`${worry}|${russianWorry}`)})`;
  const target = `(?:${addressPattern}|${namePattern(services)})`;
  return [
    // Check https://shop.example and api.example:8443 / Что с сайтом https://shop.example? / The shop is down
    new RegExp(`^${isWorried}[^]*?(?<targets>${target}(?:[^]*${target})?)`, 'iu'),
    // The site is down / Сайт не работает
    new RegExp(`^${isWorried}[^]*?${word(subject)}`, 'iu'),
  ];
}
