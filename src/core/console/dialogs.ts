/**
 * A value that is given by replying to one message after the other: a prompt a field, an error at its field, and the
 * whole value to the question's judge in the end. What was typed is a row, so a restart in between loses nothing.
 */
import type { Reply } from '../../contracts/channel.ts';
import { type Verb, verbsWithValue } from '../../contracts/escalation.ts';
import type { Form, FormWords } from '../../contracts/form.ts';
import type { Actor } from '../../contracts/task.ts';
import { plain } from '../cards/facts.ts';
import { type Material, material } from '../cards/steps.ts';
import { type ConsoleWords, consoleWordsIn, type Language } from '../cards/words.ts';
import type { Desk } from '../desk.ts';
import { replay } from '../evolve.ts';
import { formFor } from '../forms/form.ts';
import { mayDecide } from '../judge.ts';
import type { QuestionState } from '../state.ts';
import type { Sql } from '../store/database.ts';
import { beginDialog, type Dialog, endDialog, moveDialog } from '../store/dialogs.ts';
import { findQuestion } from '../store/escalations.ts';
import { type Done, line, listCard, voteLine } from './replies.ts';

export interface Filling {
  form: Form;
  asked: QuestionState;
  of: Material;
}

export interface DialogTools {
  sql: Sql;
  desk: Desk;
}

/** The form of an open question for somebody who may answer it so; null for anybody else. */
export async function openForm(
  { sql, desk }: DialogTools,
  code: string,
  verb: Verb,
  actor: Actor,
  words: FormWords,
): Promise<Filling | null> {
  const row = await findQuestion(sql, code);
  if (row?.status !== 'open' || !verbsWithValue.includes(verb) || !row.question.policy.verbs.includes(verb))
    return null;
  if (mayDecide(row.question.policy, actor, Date.now()) !== null) return null;
  const state = replay(row.run, await desk.journal(row.run));
  const asked = state.questions[row.id];
  const of = material(state, await desk.known(state));
  const form = asked ? formFor(asked, verb, of, words) : null;
  return form && asked && form.fields.length > 0 ? { form, asked, of } : null;
}

const inReplies = ({ form, prompt }: ConsoleWords): FormWords => ({ ...form, hiddenField: prompt.hidden });

/** A button that takes a value begins the dialog; one whose form nobody gets is told by the judge why. */
export async function begin(
  tools: DialogTools,
  of: { code: string; verb: Verb; actor: Actor; language: Language; conversation: string },
): Promise<Done> {
  const { code, verb, actor, language, conversation } = of;
  const words = consoleWordsIn(language);
  const open = await openForm(tools, code, verb, actor, inReplies(words));
  if (!open) {
    const answer = await tools.desk.vote(code, { actor, verb });
    return { outcome: answer.result, run: null, reply: voteLine(answer, language, words, tools.desk.nameOf) };
  }
  const dialog = { person: actor.person, code, verb, typed: open.form.fields.map(({ initial }) => initial), field: 0 };
  const id = await beginDialog(tools.sql, conversation, dialog);
  return { outcome: 'asked', run: open.of.state.run, reply: promptOf({ id, ...dialog }, open, language, null) };
}

/** The reply to a prompt. */
export async function answered(
  tools: DialogTools,
  dialog: Dialog,
  of: { text: string; message: string; actor: Actor; language: Language },
): Promise<Done> {
  const { actor, language, message } = of;
  const words = consoleWordsIn(language);
  const done = (outcome: string, reply: Reply): Done => ({ outcome, run: null, reply });
  if (dialog.person !== actor.person) return done('not_allowed', line(words.notYourForm));
  const open = await openForm(tools, dialog.code, dialog.verb, actor, inReplies(words));
  if (!open) {
    await endDialog(tools.sql, dialog.id);
    const answer = await tools.desk.vote(dialog.code, { actor, verb: dialog.verb });
    return done(answer.result, voteLine(answer, language, words, tools.desk.nameOf));
  }
  const { form } = open;
  const text = of.text.trim();
  const typed = text === '.' ? dialog.typed : dialog.typed.with(dialog.field, text);
  const read = form.read(typed);
  const wrong = 'wrong' in read ? read.wrong : new Map<number, string>();
  const isLast = dialog.field >= form.fields.length - 1;
  // A field that does not fit is asked for again; what is wrong further on is seen when its turn comes.
  const here = wrong.has(dialog.field)
    ? dialog.field
    : isLast
      ? ([...wrong.keys()].sort((a, b) => a - b)[0] ?? null)
      : null;
  if (here !== null || !isLast) {
    const next = { ...dialog, typed, field: here ?? dialog.field + 1 };
    if (!(await moveDialog(tools.sql, next, message)))
      return done('already_answered', line(words.told.unknown_question));
    return done('asked', promptOf(next, open, language, here === null ? null : (wrong.get(here) ?? null)));
  }
  if ('same' in read) {
    await endDialog(tools.sql, dialog.id);
    return done('unchanged', line(words.form.unchanged));
  }
  const value = 'value' in read ? read.value : null;
  const answer = await tools.desk.vote(dialog.code, { actor, verb: dialog.verb, value });
  // Not before the answer is recorded: until then a repeat of this reply needs what was typed.
  await endDialog(tools.sql, dialog.id);
  return { ...done(answer.result, voteLine(answer, language, words, tools.desk.nameOf)), run: open.of.state.run };
}

function promptOf(dialog: Dialog, { form, of }: Filling, language: Language, problem: string | null): Reply {
  const { prompt } = consoleWordsIn(language);
  const field = form.fields[dialog.field]!;
  const { words } = of;
  const now = dialog.typed[dialog.field] ?? '';
  const title = plain(prompt.title(field.label, dialog.field + 1, form.fields.length), of, words, 200);
  const facts = [
    ...(problem === null ? [] : [{ label: prompt.wrong, text: problem }]),
    ...(now === '' ? [] : [{ label: prompt.now, text: plain(now, of, words, 500) }]),
    ...(field.hint === '' ? [] : [{ label: prompt.takes, text: plain(field.hint, of, words, 300) }]),
  ];
  const card = listCard(language, title, [{ mark: 'note', text: prompt.keep }], facts);
  const placeholder = plain(prompt.placeholder(field.label), of, words, 60).slice(0, 64);
  return { line: title.slice(0, 200), prompt: { dialog: dialog.id, card, placeholder } };
}

/** A whole form at once. */
export async function filled(
  tools: DialogTools,
  of: { code: string; verb: Verb; typed: readonly (string | null)[]; actor: Actor; language: Language },
): Promise<Done> {
  const { code, verb, actor, language, typed } = of;
  const words = consoleWordsIn(language);
  const open = await openForm(tools, code, verb, actor, words.form);
  const read = open?.form.read(typed);
  if (open && read && 'wrong' in read) {
    const wrong = [...read.wrong].map(([field, problem]) => ({ field, problem }));
    return { outcome: 'invalid_value', run: null, reply: { line: words.told.invalid_value, wrong } };
  }
  if (read && 'same' in read) return { outcome: 'unchanged', run: null, reply: line(words.form.unchanged) };
  const value = read && 'value' in read ? read.value : undefined;
  const answer = await tools.desk.vote(code, { actor, verb, ...(value !== undefined && { value }) });
  const reply = voteLine(answer, language, words, tools.desk.nameOf);
  if (answer.result !== 'invalid_value' || !open)
    return { outcome: answer.result, run: open?.of.state.run ?? null, reply };
  const wrong = answer.mismatches.map(({ path, expected, received }) => ({
    field: open.form.fieldAt(path),
    problem: words.form.mismatch(expected, received),
  }));
  return { outcome: answer.result, run: null, reply: { ...reply, wrong } };
}
