/**
 * How people ask for a brief, in English and Russian: first the word, then what it is about, then perhaps the addresses,
 * which are for a model to take apart. A brief may be about anything, so the word must stand first.
 */

/** `\b` knows only Latin letters, hence the look-arounds. */
const end = '(?![\\p{L}\\d])';
/**
 * From the first address on it is no topic any more. What parts them, and what ends the text, is looked at from its
 * beginning alone: a long row of blanks must not be gone through once for each of them.
 */
const topic = [
  '(?<topic>[^\\s:,.;-][^]*?)',
  '(?:(?<![\\s,;:.(])[\\s,;:.(]+(?:(?:from|by|using|with|see|по|из|см\\.?)[\\s:]+)?https?:\\/\\/[^]*)?',
  '(?<![\\s.!?])[\\s.!?]*$',
].join('');

const english = [
  '(?:please,?\\s+)?',
  '(?:(?:write|prepare|make|draft|compile)\\s+(?:me\\s+|us\\s+)?)?',
  '(?:an?\\s+|the\\s+)?(?:short\\s+|quick\\s+)?(?:research\\s+)?brief(?:ing)?',
].join('');
const russian = [
  '(?:пожалуйста,?\\s+)?',
  '(?:(?:подготов|состав|напи[шс]|сдела)\\p{L}*\\s+(?:мне\\s+|нам\\s+)?)?',
  '(?:кратк\\p{L}+\\s+|коротк\\p{L}+\\s+)?справк[ауи]',
].join('');

export const patterns: RegExp[] = [
  // Brief: how green tea is brewed / Research brief on green tea / Prepare a short brief about tea from https://a.example
  new RegExp(`^\\W*${english}\\s*(?::|(?:on|about|regarding)${end})\\s*${topic}`, 'iu'),
  // Справка: зелёный чай / Подготовь справку о зелёном чае
  new RegExp(`^[^\\p{L}\\d]*${russian}\\s*(?::|(?:обо?|о|про|по)${end})\\s*${topic}`, 'iu'),
  // Prepare a brief
  new RegExp(`^\\W*${english}[\\s.!?]*$`, 'iu'),
  // Нужна справка
  new RegExp(`^[^\\p{L}\\d]*(?:нужна\\s+)?${russian}[\\s.!?]*$`, 'iu'),
];
