/** Blocks as plain text, as a person would read them, and what in them can be pressed. */
import type { types } from '@slack/bolt';
import { type NameOf, readMrkdwn } from './mrkdwn.ts';
import type { Block, Json, Menu } from './types.ts';

export interface Placed {
  block: Block;
  element: Json & { type: string; action_id: string };
}

/** Everything that can be pressed, chosen or filled in, with the block around it. */
export function elementsOf(blocks: readonly Block[]): Placed[] {
  const found: Placed[] = [];
  for (const block of blocks) {
    const inside =
      block.type === 'actions'
        ? block.elements
        : block.type === 'section' && block.accessory
          ? [block.accessory]
          : block.type === 'input'
            ? [block.element]
            : [];
    for (const element of inside) found.push({ block, element: element as unknown as Placed['element'] });
  }
  return found;
}

export const textIn = (value: unknown): string => (value as { text?: string } | undefined)?.text ?? '';

export const optionsOf = (element: Json): types.PlainTextOption[] => {
  const groups = (element.option_groups ?? [element]) as { options?: types.PlainTextOption[] }[];
  return groups.flatMap((group) => group.options ?? []);
};

const labelsOf = (options: readonly types.PlainTextOption[]) => options.map((option) => option.text.text);

/** What a text field holds, or the labels of what is chosen. */
export function initialOf(element: Json): string | string[] {
  if (Array.isArray(element.initial_options)) return labelsOf(element.initial_options as types.PlainTextOption[]);
  if (element.initial_option) return textIn((element.initial_option as Json).text);
  const names = ['initial_value', 'initial_date', 'initial_time', 'initial_date_time', 'initial_user'];
  const value = names.map((name) => element[name]).find((it) => it !== undefined);
  if (element.initial_users) return element.initial_users as string[];
  if (typeof value === 'object') return richLines(value as types.RichTextBlock, (id) => id).join('\n');
  return value === undefined ? (element.type === 'checkboxes' ? [] : '') : String(value);
}

function elementLine(element: Json): string {
  if (element.type === 'button') return `[${textIn(element.text)}]`;
  if (element.type === 'overflow') return `[⋯ ${labelsOf(optionsOf(element)).join(' / ')}]`;
  const initial = [initialOf(element)].flat().join(', ');
  return `[${initial || textIn(element.placeholder) || labelsOf(optionsOf(element)).join(' / ')}]`;
}

const textLine = (text: types.TextObject, nameOf: NameOf) =>
  text.type === 'mrkdwn' ? readMrkdwn(text.text, nameOf) : text.text;

function richPart(part: types.RichTextElement, nameOf: NameOf): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'link') return part.text ?? part.url;
  if (part.type === 'user') return `@${nameOf(part.user_id)}`;
  if (part.type === 'usergroup') return `@${part.usergroup_id}`;
  if (part.type === 'channel') return `#${nameOf(part.channel_id)}`;
  if (part.type === 'broadcast') return `@${part.range}`;
  if (part.type === 'emoji') return `:${part.name}:`;
  return part.type === 'date' ? (part.fallback ?? part.format) : '';
}

export function richLines(block: types.RichTextBlock, nameOf: NameOf): string[] {
  const line = (parts: readonly types.RichTextElement[]) => parts.map((part) => richPart(part, nameOf)).join('');
  return block.elements.flatMap((element) => {
    if (element.type === 'rich_text_list')
      return element.elements.map((item, index) => {
        const bullet = element.style === 'ordered' ? `${index + 1}.` : '•';
        return `${'  '.repeat(element.indent ?? 0)}${bullet} ${line(item.elements)}`;
      });
    const text = line(element.elements);
    return element.type === 'rich_text_quote' ? text.split('\n').map((it) => `> ${it}`) : [text.replace(/\n$/, '')];
  });
}

function cellText(cell: types.TableBlock['rows'][number][number], nameOf: NameOf): string {
  return cell.type === 'rich_text' ? richLines(cell, nameOf).join(' ') : cell.text;
}

const taskLines = (task: types.TaskCardBlock, nameOf: NameOf): string[] => [
  `(${task.status}) ${task.title}`,
  ...(task.details ? richLines(task.details, nameOf) : []),
  ...(task.output ? richLines(task.output, nameOf) : []),
  ...(task.sources ?? []).map((source) => source.text),
];

function linesOf(block: Block, nameOf: NameOf): string[] {
  switch (block.type) {
    case 'header':
      return [block.text.text];
    case 'section':
      return [
        ...(block.text ? [textLine(block.text, nameOf)] : []),
        ...(block.fields ?? []).map((field) => textLine(field, nameOf)),
        ...(block.accessory ? [elementLine(block.accessory as unknown as Json)] : []),
      ];
    case 'context':
      return block.elements.map((element) => (element.type === 'image' ? element.alt_text : textLine(element, nameOf)));
    case 'actions':
      return block.elements.map((element) => elementLine(element as unknown as Json));
    case 'input':
      return [
        block.label.text,
        elementLine(block.element as unknown as Json),
        ...(block.hint ? [block.hint.text] : []),
      ];
    case 'divider':
      return ['---'];
    case 'markdown':
      return [block.text];
    case 'rich_text':
      return richLines(block, nameOf);
    case 'table':
      return block.rows.map((row) => row.map((cell) => cellText(cell, nameOf)).join(' | '));
    case 'task_card':
      return taskLines(block, nameOf);
    case 'plan':
      return [block.title, ...(block.tasks ?? []).flatMap((task) => taskLines(task as types.TaskCardBlock, nameOf))];
    default:
      return [];
  }
}

export const readBlocks = (blocks: readonly Block[], nameOf: NameOf): string =>
  blocks.flatMap((block) => linesOf(block, nameOf)).join('\n');

export const buttonsOf = (blocks: readonly Block[]): string[] =>
  elementsOf(blocks)
    .filter(({ element }) => element.type === 'button')
    .map(({ element }) => textIn(element.text));

export const menusOf = (blocks: readonly Block[]): Menu[] =>
  elementsOf(blocks)
    .filter(({ block, element }) => block.type !== 'input' && element.type !== 'button')
    .map(({ element }) => ({
      action_id: element.action_id,
      label: textIn(element.placeholder),
      options: labelsOf(optionsOf(element)),
    }));
