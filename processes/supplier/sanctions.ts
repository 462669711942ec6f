/**
 * A sample list of those with whom nobody may trade. Every name on it is made up: put the lists that bind you in its
 * place, and renew them where they come from.
 */
import { similarity } from './names.ts';

export interface Listed {
  id: string;
  /** The name and its aliases, in any alphabet. */
  names: readonly string[];
}

export const sampleList: readonly Listed[] = [
  { id: 'SL-001', names: ['Crimson Halberd Trading', 'ООО «Багряная Алебарда»', 'Halberd General Trading FZE'] },
  { id: 'SL-002', names: ['Zmey Gorynych Export', 'АО «Змей Горыныч Экспорт»', 'Three Heads Shipping'] },
  { id: 'SL-003', names: ['Umbrovia State Arms Agency', 'Государственное агентство вооружений Умбровии'] },
  { id: 'SL-004', names: ['Koschei Bessmertny Invest', 'ЗАО «Кощей Бессмертный Инвест»', 'Immortal Needle Ltd'] },
  { id: 'SL-005', names: ['Viktor Temnozorov', 'Виктор Темнозоров'] },
  { id: 'SL-006', names: ['Rotbart Schwanensee Maschinen GmbH', 'Ротбарт Шванензее'] },
];

export interface Match {
  entry: string;
  /** The listed name that is most like it. */
  listed: string;
  similarity: number;
}

/** From here on a name is near enough to be looked at by a person. */
export const nearFrom = 0.85;

/** The entry that is most like the name, or null when none is near. */
export function screen(name: string, list: readonly Listed[] = sampleList): Match | null {
  const best = list
    .flatMap(({ id, names }) => names.map((listed) => ({ entry: id, listed, similarity: similarity(name, listed) })))
    .reduce((a, b) => (b.similarity > a.similarity ? b : a), { entry: '', listed: '', similarity: 0 });
  return best.similarity < nearFrom ? null : { ...best, similarity: Math.round(best.similarity * 100) / 100 };
}
