/** Takes what came in to Baton, and has the person told what came of it, in time. */
import type { Hall, Receipt, Reply } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { createLanes } from './lanes.ts';
import type { Bot, Read, Taken } from './read.ts';
import type { Asker, Telling } from './telling.ts';
import { type TelegramWords, telegramWords } from './words.ts';

/** A button shows that it works until it is answered, and the platform takes no answer after some seconds. */
const clickMs = 1_500;
const refusalEveryMs = 3_600_000;
const maxStrangers = 10_000;
const atOnce = 16;

export interface Answers {
  /**
   * Hands it in, each conversation in its order, and resolves when that is done. Rejects when Baton could not keep or
   * handle it; `onKept` tells when it is kept.
   */
  take(read: Read, onKept?: () => void): Promise<void>;
  empty(): Promise<void>;
}

export interface AnswerTools {
  hall: Pick<Hall, 'receive' | 'guest'>;
  log: ChannelLog;
  bot: Bot;
  telling: Telling;
  /** Whether the platform brings again what could not be kept; else it is kept already. */
  redelivers: boolean;
}

/** The outcomes of a click that its message shows anyway. */
const quiet = ['decided', 'counted', 'asked'];

export function createAnswers({ hall, log, bot, telling, redelivers }: AnswerTools): Answers {
  const lanes = createLanes(atOnce);
  const mayRefuse = createRefusals();

  const afterClick = (read: Taken, { outcome, reply }: Receipt, click: Click): void => {
    const words = wordsFor(read);
    const isQuiet = quiet.includes(outcome);
    const line = reply ? reply.line : unansweredLine(outcome, words);
    const inTime = click.answer(reply?.prompt ? '' : line, !isQuiet && line !== '');
    const { inbound, message, from } = read;
    const to: Asker = { conversation: inbound.conversation, message, pressed: from };
    if (reply?.prompt || reply?.card || reply?.file) telling.tell(to, reply);
    // Who was told to wait hears what no message shows.
    else if (!inTime && !isQuiet && line !== '') telling.tell(to, { line });
  };

  const afterWords = (read: Taken, { outcome, reply }: Receipt): void => {
    const { inbound, message } = read;
    const words = wordsFor(read);
    if (outcome === 'run') {
      // Its own message follows, and says more.
      telling.typing(inbound.conversation);
      return;
    }
    const { person, account = '', conversation } = inbound;
    const isStranger = outcome === 'not_allowed' && person === null && hall.guest(account, conversation) === null;
    if (isStranger && !mayRefuse(account)) return;
    const said = outcome === 'help' && reply ? withHearing(reply, bot, words) : reply;
    const to: Asker = { conversation, message, pressed: null };
    telling.tell(to, said ?? { line: unansweredLine(outcome, words) });
  };

  const takeInbound = async (read: Taken, onKept: () => void): Promise<void> => {
    const { inbound, query } = read;
    const { received } = wordsFor(read);
    const click = query === null ? null : beginClick(telling, query, received);
    let isKept = !redelivers;
    const told = {
      onKept: () => {
        isKept = true;
        onKept();
      },
    };
    let receipt: Receipt;
    try {
      receipt = await lanes.run(inbound.conversation, async () => {
        await telling.placed(inbound.conversation);
        return hall.receive(inbound, told);
      });
    } catch (error) {
      if (isKept) click?.answer(received, false);
      else click?.drop();
      throw error;
    }
    if (receipt.outcome === 'dead') log.warn({ channel: 'telegram' }, 'update given up');
    if (click) afterClick(read, receipt, click);
    else afterWords(read, receipt);
  };

  return {
    take: async (read, onKept = () => {}) => {
      if (read.kind === 'inbound') return takeInbound(read, onKept);
      if (read.kind === 'nothing' || read.kind === 'moved') return;
      const { unknownButton, anonymous } = telegramWords(read.language);
      if (read.kind === 'unknown_button') return telling.click(read.query, unknownButton, true);
      if (read.kind === 'anonymous_click') return telling.click(read.query, anonymous, true);
      if (!mayRefuse(`anonymous ${read.conversation}`)) return;
      const { conversation, message } = read;
      telling.tell({ conversation, message, pressed: null }, { line: anonymous });
    },
    empty: () => lanes.empty(),
  };
}

const wordsFor = ({ inbound: { language = 'en' } }: Taken) => telegramWords(language);

/** Without a reply it was told before, or could not be handled. */
function unansweredLine(outcome: string, { later, failed }: Pick<TelegramWords, 'later' | 'failed'>): string {
  if (outcome === 'later') return later;
  return outcome === 'dead' || outcome === 'usage' || outcome.endsWith('_invalid') ? failed : '';
}

/** In groups a bot hears what its owner has let it hear: the help says which. */
function withHearing(
  reply: Reply,
  { username, readsAll }: Bot,
  { hearsAll, hearsCommands }: Pick<TelegramWords, 'hearsAll' | 'hearsCommands'>,
): Reply {
  const { card } = reply;
  if (!card) return reply;
  const text = (readsAll ? hearsAll : hearsCommands)(username);
  return { ...reply, card: { ...card, lines: [...card.lines, { mark: 'note', text }] } };
}

interface Click {
  /** False: it has been answered before. */
  answer(text: string, alert: boolean): boolean;
  drop(): void;
}

/** A click that is answered once: with what came of it, or that it was received when that takes too long. */
function beginClick(telling: Telling, query: string, received: string): Click {
  let isAnswered = false;
  const answer = (text: string, alert: boolean): boolean => {
    if (isAnswered) return false;
    drop();
    telling.click(query, text, alert);
    return true;
  };
  const timer = setTimeout(() => answer(received, false), clickMs);
  const drop = () => {
    isAnswered = true;
    clearTimeout(timer);
  };
  return { answer, drop };
}

/** One refusal an hour: whoever goes on is not worth a message each. */
function createRefusals(): (account: string) => boolean {
  const refused = new Map<string, number>();
  return (account) => {
    const now = performance.now();
    const last = refused.get(account);
    if (last !== undefined && last + refusalEveryMs > now) return false;
    if (refused.size >= maxStrangers) refused.clear();
    refused.set(account, now);
    return true;
  };
}
