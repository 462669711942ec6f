/** What a channel asks of Baton, for one channel: its own people, its own updates. */
import type { Channel, Hall } from '../contracts/channel.ts';
import { plain } from './cards/facts.ts';
import { questionCard } from './cards/question.ts';
import { consoleWordsIn, wordsIn } from './cards/words.ts';
import { openForm } from './console/dialogs.ts';
import { isUnderWay } from './console/replies.ts';
import type { Desk } from './desk.ts';
import { replay } from './evolve.ts';
import { mayDecide } from './judge.ts';
import type { Reception } from './reception.ts';
import { personWith } from './registry/people.ts';
import type { Registry } from './registry.ts';
import { dropCursor, keepBatch, takeCursor } from './store/cursors.ts';
import type { Database } from './store/database.ts';
import { placeDialog } from './store/dialogs.ts';
import { findQuestion } from './store/escalations.ts';
import { homeOf, keepMove } from './store/moves.ts';
import { wishCopy } from './store/posts.ts';

export interface HallTools {
  db: Database;
  desk: Desk;
  registry: Registry;
  reception: Reception;
}

const mostRunning = 20;

export function createHall({ name }: Channel, { db, desk, registry, reception }: HallTools): Hall {
  return {
    receive: (update, told) => reception.receive(name, update, told?.onKept),
    takeCursor: (account, holder, leaseMs) => takeCursor(db.sql, `${name}:${account}`, holder, leaseMs),
    dropCursor: (account, holder) => dropCursor(db.sql, `${name}:${account}`, holder),
    keep: (cursor, updates, unreadable) =>
      keepBatch(db.sql, name, { ...cursor, account: `${name}:${cursor.account}` }, [
        ...updates.map((update) => ({ ...reception.bounded(update), dead: false })),
        ...unreadable.map((one) => ({ ...one, dead: true })),
      ]),
    form: async (code, verb, person) => {
      const actor = { person, via: name };
      const row = await findQuestion(db.sql, code);
      if (!row) return null;
      const { language } = replay(row.run, await desk.journal(row.run));
      const open = await openForm({ sql: db.sql, desk }, code, verb, actor, consoleWordsIn(language).form);
      if (!open) return null;
      const { form, asked, of } = open;
      const title = questionCard(asked, of.state, of.known).title;
      // Nothing but what is shown leaves here: a field knows its value, be it hidden or not.
      const fields = form.fields.map(({ name: field, label, hint, initial, choices, optional }) => ({
        name: field,
        label: plain(label, of, of.words, 200),
        hint,
        initial,
        choices,
        optional,
      }));
      return { title, fields };
    },
    prompted: (dialog, conversation, message) => placeDialog(db.sql, dialog, conversation, message),
    moved: (from, to) => keepMove(db.sql, from, to),
    homeOf: (address) => homeOf(db.sql, address),
    home: async (person, language) => {
      const words = consoleWordsIn(language);
      const [waiting, runs] = await Promise.all([desk.inbox({ person, via: name }), desk.runs(200)]);
      const harmless = (text: string) => plain(text, { secrets: [] }, wordsIn(language), 100);
      const running = runs.filter(isUnderWay).slice(0, mostRunning);
      return {
        title: words.home,
        waiting: waiting.map(({ code, run, title }) => ({ code, run, title: harmless(title) })),
        nothingWaits: words.nothingWaits,
        running: running.map(({ id, title, status }) => ({
          run: id,
          title: harmless(title),
          status: wordsIn(language).status[status],
        })),
        nothingRuns: words.nothingRuns,
        headings: { waiting: words.waiting(waiting.length), running: words.running, open: words.open },
      };
    },
    show: async (code, person, conversation) => {
      const row = await findQuestion(db.sql, code);
      if (!row || mayDecide(row.question.policy, { person, via: name }, Date.now()) !== null) return false;
      return wishCopy(db.sql, row.id, conversation);
    },
    personOf: (account) => personWith(registry.people, name, account),
    guest: (account, conversation) => desk.guest(name, account, conversation),
  };
}
