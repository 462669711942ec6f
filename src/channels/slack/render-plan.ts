/**
 * Steps as a `plan` of task cards (https://docs.slack.dev/reference/block-kit/blocks/plan-block), whose titles are
 * plain text. A plan knows four states; what is skipped or was taken back is complete, and says so in its title.
 */
import type { types } from '@slack/bolt';
import type { CardLine } from '../../contracts/card.ts';
import { most } from './limits.ts';
import { fit, label } from './texts.ts';
import type { SlackWords } from './words.ts';

type Status = types.TaskCardBlock['status'];

const statuses: Record<CardLine['mark'], Status> = {
  waiting: 'pending',
  running: 'in_progress',
  done: 'complete',
  failed: 'error',
  skipped: 'complete',
  undone: 'complete',
  note: 'pending',
};
const signs: Partial<Record<CardLine['mark'], string>> = { skipped: '– ', undone: '↩ ' };

const maxTitle = 200;
const maxDetail = 500;

export function planOf(title: string, steps: readonly CardLine[], words: SlackWords): types.KnownBlock[] {
  const shown = steps.slice(0, most.tasks);
  const left = steps.length - shown.length;
  const tasks = shown.map(
    ({ mark, text, detail }, at): types.TaskCardBlock => ({
      type: 'task_card',
      task_id: `step-${at}`,
      title: `${signs[mark] ?? ''}${label(text, maxTitle)}`,
      status: statuses[mark],
      ...(detail && { details: richText(fit(detail, maxDetail, words)) }),
    }),
  );
  const plan: types.PlanBlock = { type: 'plan', title: label(title, maxTitle), tasks };
  if (left === 0) return [plan];
  return [plan, { type: 'section', text: { type: 'plain_text', text: words.more(left), emoji: false } }];
}

const richText = (text: string): types.RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
