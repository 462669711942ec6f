/** What this channel itself says. A language that lacks a sentence does not compile. */
export interface TelegramWords {
  received: string;
  later: string;
  failed: string;
  unknownButton: string;
  anonymous: string;
  whole: string;
  shortened: string;
  hearsAll: (bot: string) => string;
  hearsCommands: (bot: string) => string;
  commands: Record<
    'task' | 'status' | 'why' | 'cancel' | 'retry' | 'runs' | 'inbox' | 'cost' | 'trace' | 'estimate' | 'help',
    string
  >;
}

const english: TelegramWords = {
  received: 'Received; the outcome follows in the message.',
  later: 'Received. It could not be handled yet, and will be tried again.',
  failed: 'This is no task that can be begun here; one has 1 to 4000 characters.',
  unknownButton: 'This button is not one of mine any more.',
  anonymous: 'I cannot tell who you are while you write as the group. Turn "remain anonymous" off to work with me.',
  whole: 'More than a message holds: the whole text is in the file.',
  shortened: 'More than a message holds: something is left out.',
  hearsAll: (bot) => `In groups: /task@${bot} and what you need, a mention of @${bot}, or a reply to me`,
  hearsCommands: (bot) => `In groups: /task@${bot} and what you need, or a reply to me; mentions do not reach me there`,
  commands: {
    task: 'Begin a task: /task and what you need',
    status: 'Where a run stands, or what is under way',
    why: 'How a run came to where it is',
    cancel: 'Stop a run and take back what it did',
    retry: 'Try a failed step again, or begin anew',
    runs: 'The latest runs',
    inbox: 'The questions that wait for you',
    cost: 'What a run has cost',
    trace: 'Every call of a run, as a file',
    estimate: 'What a month costs: /estimate 200 5, tasks a day and steps',
    help: 'What I can do',
  },
};

const russian: TelegramWords = {
  received: 'Принято; что из этого вышло, будет видно в сообщении.',
  later: 'Принято. Обработать пока не удалось, будет новая попытка.',
  failed: 'Такую задачу здесь начать нельзя; в задаче от 1 до 4000 знаков.',
  unknownButton: 'Эта кнопка больше не действует.',
  anonymous: 'Пока вы пишете от имени группы, я не знаю, кто вы. Отключите анонимность, чтобы работать со мной.',
  whole: 'В сообщение поместилось не всё: полный текст в файле.',
  shortened: 'В сообщение поместилось не всё: часть опущена.',
  hearsAll: (bot) => `В группах: /task@${bot} и что нужно, упоминание @${bot} или ответ на моё сообщение`,
  hearsCommands: (bot) =>
    `В группах: /task@${bot} и что нужно или ответ на моё сообщение; упоминания там до меня не доходят`,
  commands: {
    task: 'Начать задачу: /task и что нужно',
    status: 'Где находится запуск или что выполняется',
    why: 'Как запуск пришёл к тому, что есть',
    cancel: 'Остановить запуск и вернуть сделанное назад',
    retry: 'Повторить неудавшийся шаг или начать заново',
    runs: 'Последние запуски',
    inbox: 'Вопросы, которые ждут вас',
    cost: 'Сколько стоил запуск',
    trace: 'Все вызовы запуска, файлом',
    estimate: 'Сколько стоит месяц: /estimate 200 5, задач в день и шагов',
    help: 'Что я умею',
  },
};

export const telegramWords = (language: 'en' | 'ru'): TelegramWords => (language === 'ru' ? russian : english);
