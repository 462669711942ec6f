/** People who fill in modals, send them and close them. */
import type { createDelivery } from './delivery.ts';
import { complaint, type Filled, fill, stateOf } from './form.ts';
import type { Payloads } from './payloads.ts';
import { elementsOf } from './seen.ts';
import type { Answer, Block, Person, Signing } from './types.ts';
import { settle } from './views.ts';
import type { OpenView, Workspace } from './workspace.ts';

export interface Submitting {
  user: string;
  view: { id: string };
  /** By label or block_id. What is not named stays as it stands. */
  values?: Record<string, Filled>;
  signed?: Signing;
}

export function createForms(
  workspace: Workspace,
  deliver: ReturnType<typeof createDelivery>,
  payloads: Payloads,
  actor: (reference: string) => Person,
  openView: (person: Person, view: { id: string }) => OpenView,
) {
  function put(open: OpenView, values: Record<string, Filled>) {
    const inputs = elementsOf(open.view.blocks as Block[]);
    for (const [name, value] of Object.entries(values)) {
      const one = inputs.find(
        ({ block }) => block.block_id === name || (block.type === 'input' && block.label.text === name),
      );
      if (!one) {
        const there = inputs.map(({ block }) => (block.type === 'input' ? block.label.text : block.block_id));
        throw new Error(`there is no field ${name} among: ${there.join(', ')}`);
      }
      open.typed[one.block.block_id!] = {
        ...open.typed[one.block.block_id!],
        [one.element.action_id]: fill(one.element, value),
      };
    }
  }

  function insist(open: OpenView) {
    const blocks = open.view.blocks as Block[];
    const state = stateOf(blocks, open.typed);
    for (const placed of elementsOf(blocks)) {
      const held = state[placed.block.block_id!]?.[placed.element.action_id];
      const problem = held ? complaint(placed, held) : undefined;
      const label = placed.block.type === 'input' ? placed.block.label.text : placed.block.block_id;
      if (problem) throw new Error(`Slack would not send this: ${label} ${problem}`);
    }
  }

  return {
    /** Fills in and sends; throws where Slack’s own client would not send. */
    async submit({ user, view, values = {}, signed }: Submitting): Promise<Answer> {
      const person = actor(user);
      const open = openView(person, view);
      if (open.view.type !== 'modal' || !open.view.submit) throw new Error(`view ${open.id} has nothing to submit`);
      put(open, values);
      insist(open);
      open.errors = {};
      const answer = await deliver('interactive', payloads.submitted(person, open), signed);
      const problem = answer.acked ? settle(workspace, open, answer.body) : undefined;
      if (!answer.acked || problem) open.errors = { '': 'We had some trouble connecting. Try again?' };
      if (problem)
        workspace.violations.push({ method: 'view_submission', error: 'invalid_response', messages: [problem] });
      workspace.changed();
      return answer;
    },

    /** Closes a modal, or with `all` every one of the stack; told to the app where it asked for it. */
    async close({ user, view, all = false }: { user: string; view: { id: string }; all?: boolean }): Promise<Answer[]> {
      const person = actor(user);
      const open = openView(person, view);
      const stack = workspace.stacks.get(person.id) ?? [];
      const gone = all || (open.view.type === 'modal' && open.view.clear_on_close) ? stack : [open];
      workspace.stacks.set(
        person.id,
        stack.filter((one) => !gone.includes(one)),
      );
      const told = gone.filter(({ view: shown }) => shown.type === 'modal' && shown.notify_on_close);
      const answers = told.map((one) => deliver('interactive', payloads.closed(person, one, gone.length > 1)));
      workspace.changed();
      return Promise.all(answers);
    },
  };
}
