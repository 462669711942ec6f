/** Что калькулятор говорит в чате: по-русски. */
import type { EstimateWords } from './estimate.ts';
import { pluralsOf } from './plural.ts';

const plural = pluralsOf<'one' | 'few' | 'many'>('ru-RU');
const number = new Intl.NumberFormat('ru-RU').format;
const forms = {
  task: { one: 'задача', few: 'задачи', many: 'задач' },
  step: { one: 'шаг', few: 'шага', many: 'шагов' },
  /** После «по». */
  stepEach: { one: 'шагу', few: 'шага', many: 'шагов' },
  day: { one: 'день', few: 'дня', many: 'дней' },
  /** После «по данным». */
  ofRuns: { one: 'запуска', few: 'запусков', many: 'запусков' },
};
const count = (of: number | bigint, word: keyof typeof forms) => `${number(of)} ${plural(Number(of), forms[word])}`;
const certainties = {
  official: 'как у самого поставщика',
  secondary: 'из вторых рук',
  unofficial: 'неофициальные, за них никто не ручается',
};

export const russianEstimate: EstimateWords = {
  title: (tasks, steps) => `${count(tasks, 'task')} в день по ${count(steps, 'stepEach')}: сколько стоит месяц`,
  usage: (tasks, steps) =>
    `Нужно так: смета 200 5 – задач в день, не больше ${number(tasks)}, и шагов в задаче, от 1 до ${number(steps)}.`,
  facts: {
    month: 'Месяц',
    tokens: 'Токены',
    minutes: 'Минуты людей',
    perMillion: 'миллион токенов',
    people: 'люди',
    support: 'поддержка',
    all: 'всего',
    development: 'разработка, один раз',
  },
  month: (tasks, steps, days) => `${count(tasks, 'task')} и ${count(steps, 'step')} за ${count(days, 'day')}`,
  unknown: 'н/д',
  scenarios: 'Три числа: мало / ожидаемо / много',
  measured: (runs, since) => `Измерено: по данным ${count(runs, 'ofRuns')} с ${since}`,
  assumed: (found, needed) =>
    `Предположения, не измерено${found === null ? '' : `: запусков с обращением к моделям за 30 дней – ${number(found)}, а нужно ${needed}`}`,
  calls: (steps, repeats, cached) =>
    `На задачу по одному вызову, чтобы понять, спланировать и закрыть; модели закрывают ${steps} % шагов; ${repeats} % вызовов повторяются, ${cached} % входа из кэша`,
  failed: (share) => `Неудачных вызовов: ${share} %; потраченное ими учтено`,
  asked: (times, minutes) => `Вопросов людям на 100 задач: ${times}; минут на каждый: ${minutes}`,
  leftOut: (what) => `Без цены и потому не учтено: ${what.join(', ')}`,
  foreign: (providers) => `Не учтено для ${providers}: цены в другой валюте, а курс не задан`,
  nameless: (models) => `Ни в одной таблице цен нет: ${models}`,
  prices: (provider, from, certainty) => `Цены ${provider}: новейшая с ${from}, ${certainties[certainty]}`,
  rate: (amount, of, one) => `${amount} ${of} за один ${one}`,
  noBill: 'Смета – не счёт',
};
