/** What stands in the fields of a view or message, and what a person may put there. */
import type { types } from '@slack/bolt';
import { elementsOf, optionsOf, type Placed, textIn } from './seen.ts';
import type { Block, Json } from './types.ts';

export type Filled = string | number | readonly string[];
type Values = Record<string, Record<string, Json>>;

/** The field of a state that holds an element’s value, and what it is when nothing is chosen. */
const holders: Record<string, [string, string, null | []]> = {
  plain_text_input: ['value', 'initial_value', null],
  number_input: ['value', 'initial_value', null],
  email_text_input: ['value', 'initial_value', null],
  url_text_input: ['value', 'initial_value', null],
  rich_text_input: ['rich_text_value', 'initial_value', null],
  static_select: ['selected_option', 'initial_option', null],
  radio_buttons: ['selected_option', 'initial_option', null],
  multi_static_select: ['selected_options', 'initial_options', []],
  checkboxes: ['selected_options', 'initial_options', []],
  users_select: ['selected_user', 'initial_user', null],
  multi_users_select: ['selected_users', 'initial_users', []],
  datepicker: ['selected_date', 'initial_date', null],
  timepicker: ['selected_time', 'initial_time', null],
  datetimepicker: ['selected_date_time', 'initial_date_time', null],
};

const holderOf = (element: Json) => holders[String(element.type)]!;

/** `state.values` as Slack sends it: what was put in, else what stood there at first. */
export function stateOf(blocks: readonly Block[], typed: Values = {}): Values {
  const values: Values = {};
  for (const { block, element } of elementsOf(blocks)) {
    const holder = holders[element.type];
    if (!holder) continue;
    const [name, initial, empty] = holder;
    const there = typed[block.block_id!]?.[element.action_id];
    values[block.block_id!] ??= {};
    values[block.block_id!]![element.action_id] =
      there?.type === element.type ? there : { type: element.type, [name]: element[initial] ?? empty };
  }
  return values;
}

/** The option of that label or value. */
export function optionNamed(element: Json, wanted: string): types.PlainTextOption {
  const options = optionsOf(element);
  const found =
    options.find((option) => option.text.text === wanted) ?? options.find((option) => option.value === wanted);
  if (found) return found;
  throw new Error(`there is no option ${wanted} among: ${options.map((option) => option.text.text).join(', ')}`);
}

/** The state of an element after a person has filled it in so. */
export function fill(element: Json, given: Filled): Json {
  const [name] = holderOf(element);
  const all = typeof given === 'object' ? given : [String(given)];
  const one = all[0] ?? '';
  const value = () => {
    if (name === 'value') return one === '' ? null : one;
    if (name === 'selected_options') return all.map((label) => optionNamed(element, label));
    if (name === 'selected_option') return one === '' ? null : optionNamed(element, one);
    if (name === 'selected_users') return all;
    if (name === 'selected_date_time') return Number(one);
    if (name === 'rich_text_value') return asRichText(one);
    return one === '' ? null : one;
  };
  return { type: element.type, [name]: value() };
}

const asRichText = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});

/** Why Slack’s own client would not send this field. */
export function complaint({ block, element }: Placed, state: Json): string | undefined {
  const value = state[holderOf(element)[0]];
  const empty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  if (empty) return block.type === 'input' && !block.optional ? 'is required' : undefined;
  const text = String(value);
  if (element.type === 'plain_text_input') {
    const { min_length: min = 0, max_length: max = 3000 } = element as { min_length?: number; max_length?: number };
    if (text.length < min) return `is shorter than ${min} characters`;
    if (text.length > max) return `is longer than ${max} characters`;
    if (!element.multiline && text.includes('\n')) return 'is a single line';
  }
  if (element.type === 'number_input') {
    const pattern = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
    if (!pattern.test(text)) return 'is not such a number';
    if (element.min_value !== undefined && Number(text) < Number(element.min_value)) return 'is too small';
    if (element.max_value !== undefined && Number(text) > Number(element.max_value)) return 'is too great';
  }
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(text)) return 'is no email address';
  if (element.type === 'url_text_input' && !URL.canParse(text)) return 'is no URL';
  if (element.type === 'datepicker' && !/^\d{4}-\d\d-\d\d$/.test(text)) return 'is no date: YYYY-MM-DD';
  if (element.type === 'timepicker' && !/^\d\d:\d\d$/.test(text)) return 'is no time: HH:mm';
  return undefined;
}

/** A state as a person sees it: a text, or the labels of what is chosen. */
export function readState(state: Json): string | string[] {
  const value = Object.entries(state).find(([name]) => name !== 'type')?.[1];
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : textIn(item.text)));
  if (value === null || value === undefined) return '';
  if (state.selected_option) return textIn((state.selected_option as types.PlainTextOption).text);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
