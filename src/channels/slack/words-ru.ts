import type { SlackWords } from './words.ts';

const rules = new Intl.PluralRules('ru');
const forms = { one: 'знак', few: 'знака', many: 'знаков' } as Record<Intl.LDMLPluralRule, string>;
const signs = (count: number): string => `${count} ${forms[rules.select(count)]}`;

export const russian: SlackWords = {
  received: 'Принято. Это займёт немного времени; ответ придёт сюда.',
  notRecorded: 'Не записано: база данных не отвечает. Повторите, пожалуйста, чуть позже.',
  later: 'Принято. Обработать пока не удалось, будет новая попытка.',
  failed: 'Обработать это не удалось.',
  noTask: 'Такую задачу здесь начать нельзя; в задаче от 1 до 4000 знаков.',
  stranger: 'Я вас не знаю. Тот, кто меня настраивает, может добавить вас в конфигурацию.',
  noText: 'В этом сообщении нет текста.',
  stillWrong: 'Эти значения уже были отклонены.',
  formExpired: 'Форму не удалось открыть вовремя.',
  openAgain: 'Открыть форму снова',
  formTitle: 'Ваш ответ',
  send: 'Отправить',
  close: 'Закрыть',
  loading: 'Минуту…',
  notNow: 'База данных не отвечает. Закройте это окно и попробуйте чуть позже.',
  closed: 'Заполнять здесь больше нечего.',
  tooLong: (characters) =>
    `Слишком длинное значение (${signs(characters)}): здесь его не изменить, оно останется как есть.`,
  elsewhere: (text) => `В другом поле: ${text}`,
  cut: (characters) => `… (ещё ${signs(characters)})`,
  more: (count) => `… и ещё ${count}`,
  wholeText: 'Всё одним текстом',
  menu: { status: 'Как идут дела', why: 'Почему', trace: 'Всё, что было', cancel: 'Отменить запуск' },
};
