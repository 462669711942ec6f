/** Слова терминала по-русски. */
import type { OwnWords } from './words.ts';

const plural = (count: number, one: string, few: string, many: string): string => {
  const [tens, units] = [count % 100, count % 10];
  const form = tens > 10 && tens < 20 ? many : units === 1 ? one : units > 1 && units < 5 ? few : many;
  return `${count} ${form}`;
};

export const russian: OwnWords = {
  ready: (routes) => `Готово: ${routes}. Напишите, что нужно сделать, или help.`,
  waits: (count) => `${plural(count, 'вопрос ждёт', 'вопроса ждут', 'вопросов ждут')} вашего ответа:`,
  goesOn: (count) => `${plural(count, 'запуск продолжается', 'запуска продолжаются', 'запусков продолжаются')}.`,
  nothingWaits: 'Вашего ответа ничто не ждёт.',
  noRuns: 'Запусков ещё нет.',
  noRun: (typed) => `Запуска ${typed} нет; смотрите runs.`,
  several: (typed, runs) => `С ${typed} начинаются или им кончаются несколько: ${runs}.`,
  noQuestion: (typed) => `Открытого вопроса с кодом ${typed} нет; смотрите inbox.`,
  nearly: (typed, meant) => `${typed}: может быть, ${meant}? Та же строка ещё раз — и это будет задача.`,
  malformed: (verb) => `То, что идёт после ${verb}, не значение. Нужно так: ${verb}:{"поле":"значение"}`,
  notBegun: (why) => `Не начато: ${why}`,
  needsRun: (command) => `Для ${command} нужен запуск: ${command} <запуск>; смотрите runs.`,
  cancel: {
    requested: 'Отменяется.',
    already_over: 'Запуск уже завершён. Ничего не изменилось.',
    not_allowed: 'Отменить этот запуск вы не можете. Ничего не изменилось.',
    unknown_run: 'Такого запуска больше нет.',
  },
  again: (run) => `Задача запуска ${run} ещё раз, новым запуском.`,
  notOver: 'Запуск не завершён, и повторять в нём нечего.',
  completed: 'Запуск завершён успешно: повторять нечего.',
  votes: {
    counted: (votes, quorum, code) => `Учтено: ${votes} из ${quorum}; ${code} ждёт остальных.`,
    already_decided: (code, outcome, by) =>
      `${code} уже закрыт: ${outcome}${by === null ? '' : `, ${by}`}. Ничего не изменилось.`,
    already_voted: (code) => `На ${code} вы уже ответили; он ждёт остальных.`,
    not_allowed: (why) => `Нельзя: ${why}.`,
    invalid_value: 'Значение не подходит, вопрос остаётся открытым:',
    unknown_question: (code) => `Вопроса ${code} нет.`,
  },
  takes: (code, verbs) => `${code}: можно ответить ${verbs}.`,
  needsValue: (verb) => `Для ${verb} нужно значение: ${verb}:{"поле":"значение"}`,
  next: 'дальше',
  later: 'позже',
  position: (at, all) => `${at} из ${all}`,
  formKeys: 'Enter — следующее поле, потом отправить · ↑↓ — по полям · Esc — назад',
  formAlone: 'Enter — отправить · Esc — назад',
  pressOneOf: (keys) => `Нажмите ${keys}; Esc — написать другое.`,
  waitingLine: (count) =>
    `${plural(count, 'вопрос ждёт', 'вопроса ждут', 'вопросов ждут')}: Tab на пустой строке — ответить`,
  moreRuns: (count) => `… и ещё ${plural(count, 'запуск', 'запуска', 'запусков')}`,
  moreSteps: (count) => `… ещё ${plural(count, 'строка', 'строки', 'строк')}`,
  draining: 'Даю начатому закончиться … Ctrl-C ещё раз — выйти сразу.',
  drained: (count) =>
    `${plural(count, 'запуск продолжится', 'запуска продолжатся', 'запусков продолжатся')} при следующем старте или у другого исполнителя.`,
  leftOpen: (codes) => `Ждут ответа при следующем старте: ${codes}`,
  databaseAway: (why) => `База данных не ответила (${why}). Попробуйте ещё раз.`,
  columns: { run: 'запуск', status: 'состояние', route: 'маршрут', begun: 'начат', took: 'шёл', task: 'задача' },
  status: (running, waiting) =>
    `В работе ${plural(running, 'запуск', 'запуска', 'запусков')}, вам ${plural(waiting, 'вопрос', 'вопроса', 'вопросов')}.`,
  help: {
    intro: 'Напишите задачу своими словами или одну из команд:',
    verbs: {
      help: 'эта справка',
      status: 'что сейчас в работе',
      runs: 'последние запуски',
      inbox: 'вопросы, которые ждут вас; с кодом — этот вопрос',
      'show <run>': 'что вызывалось, с чем и чем кончилось',
      'why <run>': 'почему всё пошло именно так',
      'cost <run>': 'сколько он стоил',
      'cancel <run>': 'останавливает и возвращает сделанное',
      'retry <run>': 'повторяет неудавшийся шаг или задачу завершённого запуска',
      'смета 200 5': 'сколько стоит месяц: 200 задач в день по 5 шагов',
    },
    examples: 'Например:',
    keys: 'Клавиши:',
    keyLines: [
      'Tab дополняет; на пустой строке — к следующему вопросу',
      '↑ ↓ — что вводилось раньше',
      'Ctrl-C — дать начатому закончиться и выйти, дважды — сразу; Ctrl-D — выйти',
    ],
  },
};
