/**
 * A card as a message of Slack. Foreign text goes into plain text and into texts of rich text, which Slack reads as
 * they are; only the top-level text, which notifications show, is markup and is escaped.
 */
import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import type { Card, CardLine } from '../../contracts/card.ts';
import { slackWordsIn } from './language.ts';
import { most } from './limits.ts';
import { planOf } from './render-plan.ts';
import { escapedWithin, fit, label } from './texts.ts';
import { menuVerbs, type SlackWords } from './words.ts';

export interface Message {
  text: string;
  blocks: types.KnownBlock[];
  /** Something did not fit. */
  isCut: boolean;
}

export interface Style {
  /** Progress as a `plan` block, which not every Slack may take. */
  plans: boolean;
}

const signs: Record<CardLine['mark'], string> = {
  waiting: '○',
  running: '…',
  done: '✓',
  failed: '✗',
  skipped: '–',
  undone: '↩',
  note: '·',
};

export const plainText = (text: string): types.PlainTextElement => ({ type: 'plain_text', text, emoji: false });

export function renderCard(card: Card, { plans }: Style): Message {
  const words = slackWordsIn(card.language);
  const cuts = { isCut: card.whole !== undefined };
  const blocks =
    card.kind === 'progress' ? progressBlocks(card, plans, words, cuts) : [heading(card), ...bodyOf(card, words, cuts)];
  const named = [...blocks, ...buttonsOf(card)];
  // A message that is updated wants new names of blocks (https://docs.slack.dev/reference/block-kit/blocks).
  const digest = createHash('sha256').update(JSON.stringify(card)).digest('hex').slice(0, 12);
  const withIds = named.map((block, at) => ({ ...block, block_id: `${digest}.${at}` }));
  return { text: escapedWithin(textOf(card), most.text), blocks: withIds, isCut: cuts.isCut };
}

/** The whole card as text. */
export const textOf = ({ title, facts, lines }: Card): string =>
  [title, ...facts.map((fact) => `${fact.label}: ${fact.text}`), ...lines.map(lineText)].join('\n') || '–';

/** The same, and the values of which it shows a part. */
export const wholeTextOf = (card: Card): string =>
  [textOf(card), ...(card.whole ? ['', ...card.whole.map(({ label, text }) => `${label}: ${text}`)] : [])].join('\n');

const lineText = ({ mark, text, detail }: CardLine): string =>
  `${signs[mark]} ${text}${detail === undefined ? '' : ` — ${detail}`}`;

const heading = ({ title }: Card): types.HeaderBlock => ({
  type: 'header',
  text: plainText(label(title, most.header)),
});

interface Cuts {
  isCut: boolean;
}

/** Facts and lines, each of them in one rich text. */
function bodyOf({ title, facts, lines }: Card, words: SlackWords, cuts: Cuts): types.KnownBlock[] {
  if (title.length > most.header) cuts.isCut = true;
  const shown = within(
    facts.map((fact) => ({ name: label(fact.label, 200), text: fit(fact.text, most.fact, words), whole: fact.text })),
    most.facts,
  );
  const factParts = shown.kept.flatMap(({ name, text, whole }, at): types.RichTextElement[] => {
    if (text !== whole) cuts.isCut = true;
    return [...rich(`${at === 0 ? '' : '\n'}${name}: `, true), ...rich(text)];
  });
  const told = within(
    lines.map((line) => ({ name: '', text: fit(lineText(line), most.fact, words), whole: lineText(line) })),
    most.lines,
  );
  if (shown.left + told.left > 0) cuts.isCut = true;
  const more = (left: number) => (left > 0 ? rich(`\n${words.more(left)}`) : []);
  const lineParts = told.kept.flatMap(({ text }, at) => rich(`${at === 0 ? '' : '\n'}${text}`));
  return [...richBlock([...factParts, ...more(shown.left)]), ...richBlock([...lineParts, ...more(told.left)])];
}

/** The steps, then one line of where the run stands, with what can be asked of it. */
function progressBlocks(card: Card, plans: boolean, words: SlackWords, cuts: Cuts): types.KnownBlock[] {
  const steps = card.lines.slice(0, -1);
  const stands = card.lines.slice(-1).map(lineText);
  const facts = card.facts.map((fact) => `${label(fact.label, 100)}: ${fit(fact.text, 500, words)}`);
  const status: types.SectionBlock = {
    type: 'section',
    text: plainText(fit([...stands, ...facts].join(' · ') || '–', most.sectionText, words)),
    accessory: {
      type: 'overflow',
      action_id: 'menu',
      options: menuVerbs.map((verb) => ({ text: plainText(words.menu[verb]), value: verb })),
    },
  };
  if (plans && steps.length > 0) return [...planOf(card.title, steps, words), status];
  return [heading(card), ...bodyOf({ ...card, facts: [], lines: steps }, words, cuts), status];
}

function buttonsOf({ code, buttons }: Card): types.ActionsBlock[] {
  if (code === null || buttons.length === 0) return [];
  const styles: Record<string, 'primary' | 'danger'> = { approve: 'primary', reject: 'danger', stop: 'danger' };
  const elements = buttons.slice(0, most.buttons).map(
    (button): types.Button => ({
      type: 'button',
      action_id: `v1:${button.verb}`,
      text: plainText(label(button.label, most.buttonText)),
      value: code,
      ...(styles[button.verb] && { style: styles[button.verb] }),
    }),
  );
  return [{ type: 'actions', elements }];
}

const rich = (text: string, bold = false): types.RichTextText[] =>
  text === '' ? [] : [{ type: 'text', text, ...(bold && { style: { bold } }) }];

const richBlock = (elements: types.RichTextElement[]): types.RichTextBlock[] =>
  elements.length === 0 ? [] : [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }];

/** As many as fit together; the others are counted. */
function within<T extends { name: string; text: string }>(all: readonly T[], max: number): { kept: T[]; left: number } {
  let room = max;
  const kept = all.filter(({ name, text }, at) => {
    room -= name.length + text.length + 3;
    return room >= 0 || at === 0;
  });
  return { kept, left: all.length - kept.length };
}
