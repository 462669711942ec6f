/** Blocks as Slack takes them: in messages, in modals and in the Home tab. */
import type { types } from '@slack/bolt';
import {
  both,
  type Check,
  flag,
  isObject,
  list,
  may,
  need,
  number,
  oneOf,
  pick,
  shape,
  typed,
  words,
} from './check.ts';
import { elements } from './elements.ts';
import { plain, richText, text } from './texts.ts';

export type Surface = 'message' | 'modal' | 'home';

const block_id = may(words(255));
const pickers = ['datepicker', 'timepicker'];
const choosers = ['checkboxes', 'radio_buttons', 'static_select', 'users_select', 'overflow'];
const multiple = ['multi_static_select', 'multi_users_select'];
const typings = ['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'rich_text_input'];

const actionElement = typed(
  pick(elements, 'button', ...pickers, 'datetimepicker', ...choosers, ...multiple, 'rich_text_input'),
);
const accessory = typed(pick(elements, 'button', ...pickers, ...choosers, ...multiple));
const inputElement = typed(
  pick(elements, ...typings, ...pickers, 'datetimepicker', ...multiple, ...choosers.filter((it) => it !== 'overflow')),
);

const task = shape<types.TaskCardBlock>({
  block_id,
  task_id: need(words()),
  title: need(words()),
  status: need(oneOf('pending', 'in_progress', 'complete', 'error')),
  details: may(richText),
  output: may(richText),
  sources: may(list(typed({ url: shape<types.URLSourceElement>({ url: need(words(3000)), text: need(words()) }) }))),
});

const cell = typed({
  raw_text: shape<types.RawTextElement>({ text: need(words()) }),
  raw_number: shape<types.RawNumberElement>({ value: need(number), text: need(words()) }),
  rich_text: (value, at, report) => richText(value, at, report),
});

const textOrFields: Check = (value, at, report) => {
  if (isObject(value) && !('text' in value) && !('fields' in value))
    report(at, 'must define either `text` or `fields`');
};

const everywhere: Record<string, Check> = {
  divider: shape<types.DividerBlock>({ block_id }),
  header: shape<types.HeaderBlock>({ block_id, text: need(plain(150)) }),
  context: shape<types.ContextBlock>({ block_id, elements: need(list(text(3000), { max: 10 })) }),
  actions: shape<types.ActionsBlock>({ block_id, elements: need(list(actionElement, { max: 25 })) }),
  rich_text: richText,
  section: both(
    textOrFields,
    shape<types.SectionBlock>({
      block_id,
      text: may(text(3000)),
      fields: may(list(text(2000), { max: 10 })),
      accessory: may(accessory),
      expand: may(flag),
    }),
  ),
  input: shape<types.InputBlock>({
    block_id,
    label: need(plain(2000)),
    hint: may(plain(2000)),
    optional: may(flag),
    dispatch_action: may(flag),
    element: need(inputElement),
  }),
};

const inMessages: Record<string, Check> = {
  ...everywhere,
  markdown: shape<types.MarkdownBlock>({ block_id, text: need(words(12_000)) }),
  task_card: task,
  plan: shape<types.PlanBlock>({ block_id, title: need(words()), tasks: may(list(typed({ task_card: task }))) }),
  table: shape<types.TableBlock>({
    block_id,
    rows: need(list(list(cell, { max: 20 }), { max: 100 })),
    column_settings: may(
      list(
        shape<{ align?: string; is_wrapped?: boolean }>({
          align: may(oneOf('left', 'center', 'right')),
          is_wrapped: may(flag),
        }),
        { max: 20 },
      ),
    ),
  }),
};

const kinds: Record<Surface, Check> = {
  message: list(typed(inMessages), { min: 0, max: 50 }),
  modal: list(typed(everywhere), { max: 100 }),
  home: list(typed(everywhere), { min: 0, max: 100 }),
};

/** Names that may be there once: blocks of a surface, elements of a message, or of one block of a view. */
const unique =
  (surface: Surface): Check =>
  (value, at, report) => {
    if (!Array.isArray(value)) return;
    const blocks = new Set<unknown>();
    let actions = new Set<unknown>();
    for (const [index, block] of value.entries()) {
      if (!isObject(block)) continue;
      const where = `${at}/${index}`;
      if (surface !== 'message') actions = new Set();
      const nested = block.type === 'plan' && Array.isArray(block.tasks) ? block.tasks : [];
      for (const { block_id: name } of [block, ...nested]) {
        if (name !== undefined && blocks.has(name)) report(where, `\`block_id\` ${name} already exists`);
        blocks.add(name);
      }
      for (const element of [block.elements ?? [], block.accessory ?? [], block.element ?? []].flat()) {
        const name = isObject(element) ? element.action_id : undefined;
        if (name !== undefined && actions.has(name)) report(where, `\`action_id\` ${name} already exists`);
        actions.add(name);
      }
    }
  };

const together: Check = (value, at, report) => {
  if (!Array.isArray(value)) return;
  const ofType = (type: string) => value.filter((block) => isObject(block) && block.type === type);
  const markdown = ofType('markdown').reduce((sum, block) => sum + String(block.text).length, 0);
  if (markdown > 12_000) report(at, 'markdown blocks must be less than 12001 characters together');
  if (ofType('table').length > 1) report(at, 'only one table allowed');
};

export const blocksOf = (surface: Surface): Check => both(kinds[surface], unique(surface), together);
