/**
 * Values that people give: a modal that opens at once, because a trigger is good for one use within three seconds
 * (https://docs.slack.dev/reference/methods/views.open), and gets its fields when they are known.
 */
import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import type { z } from 'zod';
import type { FormView, Reply } from '../../contracts/channel.ts';
import { form as formName, type View } from './arrivals.ts';
import { type Language, slackWordsIn } from './language.ts';
import { most } from './limits.ts';
import { plainText } from './render.ts';
import { fit, label } from './texts.ts';
import type { SlackWords } from './words.ts';

type Field = FormView['fields'][number];
type Modal = types.ModalView;
type Carried = z.infer<typeof formName.metadata>;

const actionId = 'value';
const blockId = (at: number): string => `f${at}`;
/** A value that is longer than this, or has several lines, gets several lines. */
const oneLine = 60;

/** A modal without fields: while they are looked for, and when there are none. */
export function notice(text: string, language: Language): Modal {
  const words = slackWordsIn(language);
  return {
    type: 'modal',
    callback_id: formName.callback,
    title: plainText(label(words.formTitle, most.viewTitle)),
    close: plainText(words.close),
    blocks: [{ type: 'section', text: plainText(fit(text || '–', most.sectionText, words)) }],
  };
}

/** The modal with the fields. */
export function modalOf({ title, fields }: FormView, carried: Carried, language: Language): Modal {
  const words = slackWordsIn(language);
  const shown = fields.slice(0, most.viewBlocks - 1);
  return {
    ...notice(title, language),
    submit: plainText(words.send),
    private_metadata: JSON.stringify(carried),
    blocks: [
      { type: 'section', text: plainText(fit(title || '–', most.sectionText, words)) },
      ...shown.map((field, at) => fieldBlock(field, at, words)),
    ],
  };
}

function fieldBlock(field: Field, at: number, words: SlackWords): types.KnownBlock {
  const { initial, hint, optional } = field;
  const block_id = blockId(at);
  const name = label(field.label, 200);
  if (initial.length > most.input) {
    const text = `${name}: ${words.tooLong(initial.length)}\n${fit(initial, 500, words)}`;
    return { type: 'section', block_id, text: plainText(text) };
  }
  return {
    type: 'input',
    block_id,
    optional,
    label: plainText(name),
    element: elementOf(field),
    ...(hint !== '' && { hint: plainText(fit(hint, 2000, words)) }),
  };
}

function elementOf({ initial, choices }: Field): types.PlainTextInput | types.StaticSelect {
  const fits = (choice: string) => choice.trim() !== '' && choice.length <= most.optionValue;
  if (choices && choices.length > 0 && choices.length <= most.options && choices.every(fits)) {
    const options = choices.map((choice) => ({ text: plainText(label(choice, most.optionText)), value: choice }));
    const chosen = options.find(({ value }) => value === initial);
    return { type: 'static_select', action_id: actionId, options, ...(chosen && { initial_option: chosen }) };
  }
  return {
    type: 'plain_text_input',
    action_id: actionId,
    multiline: initial.length > oneLine || initial.includes('\n'),
    ...(initial !== '' && { initial_value: initial }),
  };
}

/** What was typed, a text a field; null for what could not be edited here, and stays as it is. */
export function typedIn({ blocks, state }: View): (string | null)[] {
  const fields = blocks.filter(({ block_id }) => /^f\d+$/.test(block_id));
  return fields.map(({ block_id, type }) => {
    if (type !== 'input') return null;
    const held = state.values[block_id]?.[actionId];
    return held?.selected_option?.value ?? held?.value ?? '';
  });
}

/**
 * The same form, sent with the same values, is the same update. A view keeps its hash when errors are shown in it, so
 * that the values must be part of the key.
 */
export const viewKey = ({ id, hash }: View, typed: readonly (string | null)[]): string => {
  const values = createHash('sha256').update(JSON.stringify(typed)).digest('hex').slice(0, 24);
  return `v:${id}:${hash}:${values}`.slice(0, 200);
};

/** What is wrong, at the fields that it is about; null when there is no field to say it at. */
export function errorsOf(
  { blocks }: View,
  wrong: NonNullable<Reply['wrong']>,
  language: Language,
): Record<string, string> | null {
  const words = slackWordsIn(language);
  const inputs = blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id);
  const [first] = inputs;
  if (first === undefined) return null;
  const errors: Record<string, string> = {};
  for (const { field, problem } of wrong) {
    const own = inputs.includes(blockId(field));
    const at = own ? blockId(field) : first;
    const text = own ? problem : words.elsewhere(problem);
    errors[at] = fit(errors[at] === undefined ? text : `${errors[at]}\n${text}`, 1000, words);
  }
  return errors;
}
