/** The steps of a run as a tree: a line a step, and below a step over a list a line for each of its items. */
import type { TreeLine } from '../../channels/terminal/service.ts';
import { inShort } from '../../core/cards/in-short.ts';
import { contractOf, type Material, stepLine } from '../../core/cards/steps.ts';
import { hiddenInput } from '../../core/cards/veil.ts';
import { isSettled, itemsOf, type StepState } from '../../core/state.ts';

/** Of a long list those are shown of which there is something to say. */
const maxItems = 12;
const maxItemCharacters = 60;

export function treeOf(of: Material): TreeLine[] {
  return (of.state.plan?.steps ?? []).flatMap(({ id }) => {
    const step = of.state.steps[id]!;
    const items = step.items === null ? [] : itemsOf(of.state, step);
    return [lineOf(of, step, 0), ...itemLines(of, items)];
  });
}

function lineOf(of: Material, step: StepState, depth: 0 | 1): TreeLine {
  const line = stepLine(of, step);
  const isPending = step.status === 'pending' && step.attempts.length === 0;
  return { ...line, mark: isPending ? 'note' : line.mark, depth, since: sinceOf(of, step) };
}

function itemLines(of: Material, items: readonly StepState[]): TreeLine[] {
  if (items.length === 0) return [];
  const urgent = items.filter((item) => item.status !== 'pending' && (!isSettled(item) || item.status === 'failed'));
  const kept = new Set([...urgent, ...items].slice(0, maxItems));
  const lines = items
    .filter((item) => kept.has(item))
    .map((item) => ({ ...lineOf(of, item, 1), text: itemText(of, item) }));
  const left = items.length - kept.size;
  const more: TreeLine = { depth: 1, mark: 'note', text: of.words.moreElements(left), since: null };
  return left > 0 ? [...lines, more] : lines;
}

/** `[3] target: https://…`: what this item is about, as far as it was called with something. */
function itemText(of: Material, item: StepState): string {
  const [first] = item.attempts;
  const hidden = hiddenInput(of.state, of.known, item.id, contractOf(of, item.id));
  const about = first ? ` ${inShort(of, first.input, hidden, maxItemCharacters)}` : '';
  return `[${item.item}]${about}`;
}

/** When what runs of it now began. */
function sinceOf(of: Material, step: StepState): number | null {
  const about = step.items === null ? [step] : itemsOf(of.state, step);
  const running = about.flatMap(({ attempts, undo }) =>
    [...attempts, ...undo.attempts].filter(({ end }) => end === null),
  );
  return running.length === 0 ? null : Math.min(...running.map(({ startedAt }) => startedAt));
}
