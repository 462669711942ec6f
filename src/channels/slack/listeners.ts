/**
 * Bolt's listeners: what was taken in is confirmed and answered here. Everything durable has happened by now; what goes
 * wrong here costs somebody a sentence, and no decision.
 */
import type { App } from '@slack/bolt';
import type { Hall } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { addressOf } from './addresses.ts';
import type { Answers } from './answers.ts';
import type { Api } from './api.ts';
import { type Account, type Arrival, form, type Identity } from './arrivals.ts';
import { type Ack, answerForm, openForm } from './dialogs.ts';
import { homeLine, homeOf } from './home-view.ts';
import { slackWordsIn } from './language.ts';
import type { People } from './people.ts';
import { renderCard } from './render.ts';
import type { Sending } from './send.ts';
import type { Taken, Taking } from './taking.ts';
import { escaped } from './texts.ts';

export interface Tools {
  hall: Hall;
  api: Api;
  sending: Sending;
  people: People;
  taking: Taking;
  answers: Answers;
  identity: Identity;
  log: ChannelLog;
}

/** What the receiver hands on with an event. */
export type Carried = { arrival: Arrival; taken: Taken | null };

type Of<K extends Arrival['kind']> = Extract<Arrival, { kind: K }>;

export function listen(app: App, tools: Tools): void {
  const carriedBy = (context: object) => context as Carried;
  const updated = async (context: object, ack: Ack = async () => {}) => {
    const { arrival, taken } = carriedBy(context);
    await ack();
    if (arrival.kind === 'update' && taken) await tell(tools, arrival, taken);
    if (arrival.kind === 'begin') await refuse(tools, arrival, taken);
  };
  app.event('app_mention', ({ context }) => updated(context));
  app.event('message', ({ context }) => updated(context));
  app.event('app_home_opened', async ({ context }) => {
    const { arrival } = carriedBy(context);
    if (arrival.kind === 'home') await publishHome(tools, arrival.by);
  });
  app.command(/.*/, ({ context, ack }) => {
    const { arrival, taken } = carriedBy(context);
    if (arrival.kind === 'update' && taken) return answerCommand(tools, arrival, taken, ack as Ack);
    return updated(context, ack as Ack);
  });
  app.shortcut(/.*/, ({ context, ack }) => updated(context, ack as Ack));
  app.action(/.*/, async ({ context, ack }) => {
    const { arrival } = carriedBy(context);
    if (arrival.kind === 'form') return openForm(arrival, tools, ack as Ack);
    if (arrival.kind !== 'open') return updated(context, ack as Ack);
    await ack();
    await openQuestion(tools, arrival);
  });
  app.view(form.callback, async ({ context, ack }) => {
    const { arrival, taken } = carriedBy(context);
    if (arrival.kind === 'filled' && taken) return answerForm(arrival, taken, tools, ack as unknown as Ack);
    return ack();
  });
  app.error(async (error) => tools.log.error({ reason: error.code }, 'an answer to Slack failed'));
}

const tell = ({ answers }: Tools, { by, place, update }: Of<'update'>, taken: Taken): Promise<void> =>
  answers.tell(taken, by, place, update.conversation);

/** A run that could not even begin. */
async function refuse({ answers, people }: Tools, { by, from }: Of<'begin'>, taken: Taken | null): Promise<void> {
  const words = slackWordsIn(taken?.language ?? (await people.languageOf(by)));
  if (taken?.state === 'stranger') return taken.isTold ? answers.whisper(by, from, words.stranger) : undefined;
  return answers.whisper(by, from, taken ? words.notRecorded : words.noText);
}

/** What a command looks at is shown to its sender alone, as the answer to the command. */
async function answerCommand(tools: Tools, arrival: Of<'update'>, taken: Taken, ack: Ack): Promise<void> {
  const words = slackWordsIn(taken.language);
  const only = (text: string, blocks?: unknown[]) =>
    ack({ response_type: 'ephemeral', text, ...(blocks && { blocks }) });
  if (taken.state === 'stranger') return taken.isTold ? only(words.stranger) : ack();
  if (taken.state === 'done') {
    const { card, file, prompt, line } = taken.receipt.reply ?? {};
    if (card) {
      const { text, blocks } = renderCard(card, { plans: false });
      return only(text, blocks);
    }
    if (line && !file && !prompt && taken.receipt.outcome !== 'run') return only(escaped(line));
  }
  if ('outcome' in taken) {
    await only(taken.state === 'late' ? words.received : words.notRecorded);
    return tools.answers.follow(taken, arrival.by, arrival.place, arrival.update.conversation);
  }
  await ack();
  return tell(tools, arrival, taken);
}

async function publishHome({ hall, api, people, log }: Tools, by: Account): Promise<void> {
  const person = people.personOf(by);
  const language = await people.languageOf(by);
  const words = slackWordsIn(language);
  const shown = (id: string) =>
    hall.home(id, language).then(
      (home) => homeOf(home, language),
      () => homeLine(words.notNow),
    );
  const view = person === null ? homeLine(words.stranger) : await shown(person);
  const published = await api.call('views.publish', { user_id: by.user, view }, true);
  if (!published.ok) log.warn({}, 'a Home tab could not be shown');
}

/** Shows a question in the direct messages of whoever opened it. */
async function openQuestion(tools: Tools, { by, code }: Of<'open'>): Promise<void> {
  const { hall, people } = tools;
  const person = people.personOf(by);
  const at = addressOf(by.team, by.user, null);
  const isShown = person !== null && (await hall.show(code, person, at).catch(() => false));
  // They look at the tab: it lists by now what still waits, or says that nobody can know.
  if (!isShown) await publishHome(tools, by);
}
