/**
 * What people write and press in a chat. A conversation in which a run lives is that run's console:
 * a text there is a verb or an answer, and never begins another run.
 */
import type { Inbound } from '../../contracts/channel.ts';
import type { Actor } from '../../contracts/task.ts';
import { consoleWordsIn } from '../cards/words.ts';
import type { Desk } from '../desk.ts';
import { replay } from '../evolve.ts';
import { type Answering, languageFor } from '../reception.ts';
import type { Registry } from '../registry.ts';
import type { Database } from '../store/database.ts';
import { dialogIn, findDialog, placeDialog } from '../store/dialogs.ts';
import { pointMessage, runOfMessage } from '../store/inbox.ts';
import { runAt } from '../store/threads.ts';
import { answered, begin, filled } from './dialogs.ts';
import { estimateReply } from './estimate.ts';
import { readSaid } from './read.ts';
import { type Done, line, voteLine } from './replies.ts';
import { beginTask, crowded } from './task.ts';
import type { Turnstile } from './turnstile.ts';
import { type Asking, perform } from './verbs.ts';

type SaidUpdate = Extract<Inbound, { kind: 'said' }>;
type RevisedUpdate = Extract<Inbound, { kind: 'revised' }>;

export interface ConsoleTools {
  db: Database;
  desk: Desk;
  registry: Registry;
  turnstile: Turnstile;
}

export function createConsole(tools: ConsoleTools): Answering {
  const { db, desk } = tools;
  const dialogs = { sql: db.sql, desk };
  return async (source, update) => {
    const actor = { person: update.person!, via: source };
    const language = languageFor(update);
    switch (update.kind) {
      case 'task': {
        const { key, text, conversation } = update;
        const task = { text, requester: actor, conversation };
        return beginTask(tools, { source, key, task }, language, consoleWordsIn(language).begun);
      }
      case 'said':
        return said(tools, update, actor);
      case 'press': {
        const { code, verb, conversation } = update;
        return begin(dialogs, { code, verb, actor, language, conversation });
      }
      case 'filled': {
        const { code, verb, typed } = update;
        return filled(dialogs, { code, verb, typed, actor, language });
      }
      case 'revised':
        return revised(tools, update, actor);
    }
  };
}

async function said(tools: ConsoleTools, update: SaidUpdate, actor: Actor): Promise<Done> {
  const { db, desk } = tools;
  const { about, conversation, key, text } = update;
  const language = languageFor(update);
  const words = consoleWordsIn(language);
  const dialog = about === null ? null : await findDialog(db.sql, conversation, about);
  if (dialog) return answered({ sql: db.sql, desk }, dialog, { text, message: about!, actor, language });
  const place = await runAt(db.sql, { conversation, message: about, isThread: update.inThread });
  const heard = readSaid(text);
  const asking: Asking = { actor, language, conversation, key, here: place?.run ?? null };
  if (heard.kind === 'verb') return perform(heard.verb, heard.target, asking, tools);
  if (heard.kind === 'estimate')
    return { outcome: 'estimate', run: null, reply: await estimateReply(heard.given, language, desk) };
  if (heard.kind === 'nearly')
    return { outcome: 'nearly', run: null, reply: line(words.nearly(heard.word, heard.meant)) };
  if (heard.kind === 'malformed') return { outcome: 'malformed', run: null, reply: line(words.malformed(heard.verb)) };
  if (heard.kind === 'answer') {
    const { verb, code, value } = heard;
    const answer = await desk.vote(code, { actor, verb, value });
    const run = answer.result === 'decided' ? answer.run : null;
    return { outcome: answer.result, run, reply: voteLine(answer, language, words, desk.nameOf) };
  }
  const going = update.inThread ? await dialogIn(db.sql, conversation, actor.person) : null;
  if (going) {
    return answered({ sql: db.sql, desk }, going, { text: heard.text, message: going.message, actor, language });
  }
  if (place || (about !== null && !update.inThread)) return elsewhere(db, desk, place?.run ?? null, asking, heard.text);
  const task = { text: heard.text, requester: actor, conversation };
  return beginTask(tools, { source: actor.via, key, task }, language, words.begun);
}

/**
 * A message that was changed after it was sent. As long as nothing is planned, nothing has been done: the run of the old
 * text is cancelled and one of the new text begins. Afterwards it stays as it was, and the person is told so.
 */
async function revised(tools: ConsoleTools, update: RevisedUpdate, actor: Actor): Promise<Done> {
  const { db, desk } = tools;
  const language = languageFor(update);
  const words = consoleWordsIn(language);
  const run = await runOfMessage(db.sql, actor.via, update.of);
  if (run === null) return { outcome: 'ignored', run: null, reply: line('') };
  const { task, plan, finished } = replay(run, await desk.journal(run));
  // A platform tells of changes that no word of it shows.
  if (task.text === update.text.trim()) return { outcome: 'ignored', run, reply: line('') };
  if (plan || task.requester.person !== actor.person) {
    const isOver = finished !== null;
    return { outcome: 'too_late', run, reply: line(isOver ? '' : words.tooLate) };
  }
  const refusal = crowded(tools, update.conversation, language);
  if (refusal) return refusal;
  if (!finished) await desk.cancel(run, actor);
  const next = { text: update.text, requester: actor, conversation: update.conversation };
  const begun = await desk.submit({ source: actor.via, key: update.key, task: next });
  // The next change of the message is one of this run.
  await pointMessage(db.sql, actor.via, update.of, begun);
  return { outcome: 'revised', run: begun, reply: line(words.revised) };
}

/** In a run's conversation: what the run asks this person for, if that is one thing; else what counts there. */
async function elsewhere(db: Database, desk: Desk, run: string | null, of: Asking, text: string): Promise<Done> {
  const words = consoleWordsIn(of.language);
  const mine = run === null ? [] : (await desk.inbox(of.actor)).filter((one) => one.run === run);
  const [missing, ...more] = mine.filter(({ question }) => question.kind === 'answer');
  if (!missing || more.length > 0) return { outcome: 'not_a_task', run, reply: line(words.notATask) };
  const begun = await begin(
    { sql: db.sql, desk },
    { code: missing.code, verb: 'answer', actor: of.actor, language: of.language, conversation: of.conversation },
  );
  const { prompt } = begun.reply;
  if (!prompt) return begun;
  // What was written is taken for the first field, as if its prompt had stood there.
  const message = `said:${of.key}`.slice(0, 100);
  await placeDialog(db.sql, prompt.dialog, of.conversation, message);
  const dialog = await findDialog(db.sql, of.conversation, message);
  if (!dialog) return begun;
  return answered({ sql: db.sql, desk }, dialog, { text, message, actor: of.actor, language: of.language });
}
