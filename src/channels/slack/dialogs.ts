/** Forms: a press opens one, sending it in is answered in it. */
import type { Hall, Receipt } from '../../contracts/channel.ts';
import { type Answers, lineOf } from './answers.ts';
import type { Api } from './api.ts';
import type { Arrival } from './arrivals.ts';
import { errorsOf, modalOf, notice } from './forms.ts';
import { type Language, slackWordsIn } from './language.ts';
import type { People } from './people.ts';
import { plainText } from './render.ts';
import type { Taken, Taking } from './taking.ts';

export type Ack = (answer?: unknown) => Promise<void>;

interface Tools {
  hall: Hall;
  api: Api;
  people: People;
  taking: Taking;
  answers: Answers;
}

type Form = Extract<Arrival, { kind: 'form' }>;
type Filled = Extract<Arrival, { kind: 'filled' }>;

/** Opens the form of a question; the trigger does not last as long as a look into the database may take. */
export async function openForm(form: Form, tools: Tools, ack: Ack): Promise<void> {
  const { hall, api, people, answers } = tools;
  const { by, place, code, verb, trigger, update } = form;
  const { conversation } = update;
  const person = people.idIn(by, conversation);
  if (person === null) {
    await ack();
    if (people.mayRefuse(by)) await answers.whisper(by, place, slackWordsIn(await people.languageOf(by)).stranger);
    return;
  }
  const known = people.knownLanguageOf(by);
  const [opened] = await Promise.all([
    api.call('views.open', { trigger_id: trigger, view: notice(slackWordsIn(known).loading, known) }),
    ack(),
  ]);
  const language = await people.languageOf(by);
  if (!opened.ok) return offerAgain(form, language, answers);
  const isGuest = people.personOf(by) === null;
  const { id, hash } = (opened.data.view ?? {}) as { id?: string; hash?: string };
  const view = await hall.form(code, verb, person).then(
    async (fields) =>
      fields
        ? modalOf(fields, { code, verb, ...(isGuest && { at: conversation }) }, language)
        : notice(await whyNot(form, language, tools), language),
    () => notice(slackWordsIn(language).notNow, language),
  );
  await api.call('views.update', { view_id: id, hash, view }, true);
}

/** There is no form for this person, or none any more: the question's judge says why. */
async function whyNot({ by, update }: Form, language: Language, { taking }: Tools): Promise<string> {
  const words = slackWordsIn(language);
  const taken = await taking.pressed(by, update);
  if (taken.state === 'stranger') return words.stranger;
  const receipt = taken.state === 'done' ? taken.receipt : await taken.outcome;
  if (!receipt) return words.notNow;
  return receipt.reply?.line || words.closed;
}

function offerAgain({ by, place, code, verb }: Form, language: Language, answers: Answers): Promise<void> {
  const words = slackWordsIn(language);
  const again = { type: 'button' as const, action_id: `v1:${verb}`, text: plainText(words.openAgain), value: code };
  return answers.whisper(by, place, words.formExpired, [
    { type: 'section', text: plainText(words.formExpired) },
    { type: 'actions', elements: [again] },
  ]);
}

/** Answers a form that was sent in: with what is wrong at the fields, or with the outcome. What was typed is not lost. */
export async function answerForm({ view, by }: Filled, taken: Taken, { api, people }: Tools, ack: Ack): Promise<void> {
  const { language } = taken;
  const words = slackWordsIn(language);
  const say = (text: string) => ack({ response_action: 'update', view: notice(text, language) });
  if (taken.state === 'stranger') return say(words.stranger);
  if (taken.state === 'done') {
    const answer = responseOf(taken.receipt, view, language);
    return answer === null ? ack() : ack(answer);
  }
  if (taken.state === 'lost') {
    const errors = errorsOf(view, [{ field: 0, problem: words.notRecorded }], language);
    await (errors ? ack({ response_action: 'errors', errors }) : say(words.notRecorded));
  } else await say(words.received);
  const receipt = await taken.outcome;
  if (!receipt) return;
  const line = receipt.reply?.line || lineOf(receipt, people.knownLanguageOf(by)) || words.closed;
  await api.call('views.update', { view_id: view.id, view: notice(line, language) }, true);
}

/** What Slack is answered; null closes the form. */
function responseOf(receipt: Receipt, view: Filled['view'], language: Language): object | null {
  const { outcome, reply } = receipt;
  const words = slackWordsIn(language);
  if (outcome === 'decided') return null;
  const wrong = reply?.wrong ?? (outcome === 'invalid_value' ? [{ field: 0, problem: words.stillWrong }] : []);
  const errors = wrong.length > 0 ? errorsOf(view, wrong, language) : null;
  if (errors) return { response_action: 'errors', errors };
  const line = lineOf(receipt, language);
  return line === null ? null : { response_action: 'update', view: notice(line, language) };
}
