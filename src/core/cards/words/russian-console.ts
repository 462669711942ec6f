/** Что Baton говорит в чате: по-русски. */
import type { ConsoleWords } from './console.ts';
import { pluralsOf } from './plural.ts';

const plural = pluralsOf<'one' | 'few' | 'many'>('ru-RU');

const forms = {
  run: { one: 'запуск', few: 'запуска', many: 'запусков' },
  question: { one: 'вопрос', few: 'вопроса', many: 'вопросов' },
  waits: { one: 'вопрос ждёт', few: 'вопроса ждут', many: 'вопросов ждут' },
};
const count = (of: number, word: keyof typeof forms) => `${of} ${plural(of, forms[word])}`;

export const russianConsole: ConsoleWords = {
  stranger: (account) =>
    `Я работаю только для своих. Попросите того, кто меня настраивает, добавить вас${account === null ? '' : `: ${account}`}.`,
  begun: 'Принято.',
  later: 'Принято. Это занимает больше времени, чем обычно; ответ появится здесь.',
  notTask: 'Такую задачу здесь начать нельзя.',
  failed: 'Не удалось обработать. Причину видит тот, кто меня настраивает.',
  decided: (outcome) => `Записано: ${outcome}.`,
  counted: (votes, quorum) => `Учтено: ${votes} из ${quorum}. Вопрос ждёт остальных.`,
  alreadyDecided: (outcome, by) => `Уже закрыто: ${outcome}${by === null ? '' : `, ${by}`}. Ничего не изменилось.`,
  notAllowed: 'Решать это не вам. Ничего не изменилось.',
  told: {
    already_voted: 'Вы уже ответили; вопрос ждёт остальных.',
    invalid_value: 'Значение не подходит, вопрос остаётся открытым.',
    unknown_question: 'Такого вопроса больше нет.',
  },
  cancel: {
    requested: 'Отменяется: сделанное будет возвращено назад.',
    already_over: 'Запуск уже завершён. Ничего не изменилось.',
    not_allowed: 'Отменить этот запуск вы не можете. Ничего не изменилось.',
    unknown_run: 'Такого запуска нет.',
  },
  noRun: 'Такого запуска нет; смотрите runs.',
  whichRun: (verb) => `Какой запуск? Ответьте на его сообщение или напишите ${verb} <запуск>; смотрите runs.`,
  several: (runs) => `Так называются несколько запусков: ${runs}.`,
  nearly: (typed, meant) => `${typed}: может быть, ${meant}? Чтобы это стало задачей, напишите /task ${typed}`,
  malformed: (verb) => `Это не значение. Нужно так: ${verb} <код> {"поле":"значение"}`,
  notATask: 'В беседе запуска считаются только команды и ответы. Напишите help; новая задача — новым сообщением.',
  again: 'Та же задача ещё раз, новым запуском.',
  retried: 'Повторяю.',
  notOver: 'Запуск не завершён, и повторять в нём нечего.',
  completed: 'Запуск завершён успешно: повторять нечего.',
  revised: 'Учтено, как написано теперь.',
  tooLate: 'Задача уже выполняется в прежнем виде. Напишите cancel или ответьте на её вопрос.',
  traceIs: 'Что вызывалось, с чем и чем кончилось.',
  status: (running, waiting) => `Выполняется: ${count(running, 'run')}; ждёт вас: ${count(waiting, 'question')}`,
  runs: 'Последние запуски',
  noRuns: 'Запусков ещё нет.',
  waiting: (of) => `${count(of, 'waits')} вашего ответа`,
  nothingWaits: 'Вашего ответа ничто не ждёт.',
  nothingRuns: 'Ничего не выполняется.',
  open: 'Открыть',
  home: 'Baton',
  running: 'Выполняется',
  help: {
    title: 'Напишите задачу своими словами или одну из команд',
    routes: 'Что я умею',
    verbs: {
      help: 'эта справка',
      status: 'где находится запуск или что выполняется',
      why: 'как запуск пришёл к тому, что есть',
      cancel: 'остановить запуск и вернуть сделанное назад',
      retry: 'повторить неудавшийся шаг или начать завершённый запуск заново',
      runs: 'последние запуски',
      inbox: 'вопросы, которые ждут вас',
      cost: 'сколько стоил запуск',
      trace: 'все вызовы запуска, файлом',
      estimate: 'сколько стоит месяц: смета 200 5, то есть 200 задач в день по 5 шагов',
    },
    answers: 'На вопрос отвечают кнопками или так: approve <код>',
  },
  prompt: {
    title: (field, at, all) => (all === 1 ? field : `${field} (${at} из ${all})`),
    now: 'Сейчас',
    takes: 'Что писать',
    wrong: 'Не подходит',
    keep: 'Ответьте на это сообщение значением; одна точка оставит то, что есть.',
    placeholder: (field) => field,
    hidden: 'скрыто; одна точка оставит как есть',
  },
  notYourForm: 'Это заполняет другой человек.',
  form: {
    unchanged: 'Ничего не изменено, поэтому ничего не отправлено.',
    hints: {
      number: 'число',
      integer: 'целое число',
      boolean: 'true или false',
      json: 'JSON',
      money: 'сумма и валюта: 129,00 EUR',
      oneOf: (values) => `одно из: ${values}`,
    },
    notMoney: (example) => `нужна сумма и валюта, например ${example}`,
    hiddenField: 'скрыто; оставьте пустым, чтобы не менять',
    mismatch: (expected, received) => `нужно: ${expected}${received === 'missing' ? '' : `, а не ${received}`}`,
  },
};
