/** views.*: modals that are open, one on the other, and Home tabs. */

import type { Handler } from './chat.ts';
import { isObject } from './check.ts';
import { pingsIn } from './mrkdwn.ts';
import { sentView } from './reading.ts';
import type { Block, Json, View } from './types.ts';
import { viewProblems } from './view-check.ts';
import { type OpenView, Refused, type Trigger, type Workspace } from './workspace.ts';

/** The view of a call or an answer, when Slack takes it. */
export function acceptedView(workspace: Workspace, method: string, given: unknown, type: 'modal' | 'home'): View {
  const problems = viewProblems(given, type);
  if (problems.length > 0) throw new Refused('invalid_arguments', problems);
  if (Buffer.byteLength(JSON.stringify(given)) > 250_000) throw new Refused('view_too_large');
  const view = given as View;
  workspace.pings.push(...pingsIn(view.blocks, '/view/blocks').map((ping) => ({ ...ping, method })));
  return { ...structuredClone(view), blocks: workspace.withIds(view.blocks as Block[]) };
}

export function externalIdFree(workspace: Workspace, view: View, except?: OpenView) {
  const open = [...workspace.stacks.values()].flat();
  if (view.external_id && open.some((other) => other !== except && other.view.external_id === view.external_id))
    throw new Refused('duplicate_external_id');
}

export const newHash = (workspace: Workspace) => `${Math.floor(workspace.now() / 1000)}.${workspace.id('h')}`;

export function pushView(workspace: Workspace, user: string, view: View): OpenView {
  externalIdFree(workspace, view);
  const stack = workspace.stacks.get(user) ?? [];
  if (stack.length >= 3) throw new Refused('push_limit_reached');
  const id = workspace.id('V');
  const previous = stack.at(-1)?.id ?? null;
  const open = { id, user, hash: newHash(workspace), view, typed: {}, errors: {}, root: stack[0]?.id ?? id, previous };
  workspace.stacks.set(user, [...stack, open]);
  return open;
}

/** What a person has put into fields that are still there stays. */
export function replaceView(workspace: Workspace, open: OpenView, view: View): OpenView {
  externalIdFree(workspace, view, open);
  return Object.assign(open, { view, hash: newHash(workspace), errors: {} });
}

function spend(workspace: Workspace, id: unknown): Trigger {
  const trigger = workspace.triggers.get(String(id));
  if (!trigger) throw new Refused('invalid_trigger_id');
  if (trigger.used) throw new Refused('exchanged_trigger_id');
  if (workspace.now() - trigger.at >= (workspace.options.triggerMs ?? 3000)) throw new Refused('expired_trigger_id');
  trigger.used = true;
  return trigger;
}

const unraced = (open: OpenView, hash: unknown) => {
  if (hash !== undefined && hash !== open.hash) throw new Refused('hash_conflict');
};

export function viewMethods(workspace: Workspace): Record<string, Handler> {
  const answer = (open: OpenView): Json => ({ view: sentView(open) });
  return {
    'views.open'(args) {
      const view = acceptedView(workspace, 'views.open', args.view, 'modal');
      const { user } = spend(workspace, args.trigger_id);
      workspace.stacks.delete(user);
      return answer(pushView(workspace, user, view));
    },

    'views.push'(args) {
      const view = acceptedView(workspace, 'views.push', args.view, 'modal');
      const { user, view: from } = spend(workspace, args.trigger_id);
      const stack = workspace.stacks.get(user) ?? [];
      if (from === undefined || !stack.some(({ id }) => id === from)) throw new Refused('invalid_trigger_id');
      return answer(pushView(workspace, user, view));
    },

    'views.update'(args) {
      if ((args.view_id === undefined) === (args.external_id === undefined))
        throw new Refused('invalid_arguments', ['[ERROR] must provide either view_id or external_id']);
      const view = acceptedView(workspace, 'views.update', args.view, 'modal');
      const open = [...workspace.stacks.values()]
        .flat()
        .find((one) =>
          args.view_id === undefined ? one.view.external_id === args.external_id : one.id === args.view_id,
        );
      if (!open) throw new Refused('not_found');
      unraced(open, args.hash);
      return answer(replaceView(workspace, open, view));
    },

    'views.publish'(args) {
      const view = acceptedView(workspace, 'views.publish', args.view, 'home');
      const person = workspace.people.get(String(args.user_id));
      if (!person || person.bot) throw new Refused('invalid_arguments', ['[ERROR] invalid user_id']);
      const open = workspace.homes.get(person.id);
      if (open) {
        unraced(open, args.hash);
        return answer(replaceView(workspace, open, view));
      }
      const id = workspace.id('V');
      const made = { id, user: person.id, hash: newHash(workspace), view, typed: {}, errors: {}, root: id };
      workspace.homes.set(person.id, { ...made, previous: null });
      return answer(workspace.homes.get(person.id)!);
    },
  };
}

/** What an acknowledgement of a submission does to the modals of a person; a text when Slack would show an error. */
export function settle(workspace: Workspace, open: OpenView, body: unknown): string | undefined {
  const stack = workspace.stacks.get(open.user) ?? [];
  if (!isObject(body) || body.response_action === undefined) {
    if (body !== undefined && body !== '' && !(isObject(body) && Object.keys(body).length === 0))
      return 'an acknowledgement of a submission is empty or has a response_action';
    workspace.stacks.set(
      open.user,
      stack.filter((one) => one !== open),
    );
    return undefined;
  }
  if (body.response_action === 'clear') {
    workspace.stacks.delete(open.user);
    return undefined;
  }
  if (body.response_action === 'errors') {
    const errors = isObject(body.errors) ? (body.errors as Record<string, string>) : {};
    const inputs = (open.view.blocks as Block[]).filter(({ type }) => type === 'input').map((block) => block.block_id);
    const wrong = Object.entries(errors).filter(([name, text]) => !inputs.includes(name) || typeof text !== 'string');
    if (wrong.length > 0) return `errors of blocks that are no inputs: ${wrong.map(([name]) => name).join(', ')}`;
    if (Object.keys(errors).length === 0) return 'response_action errors without errors';
    open.errors = errors;
    return undefined;
  }
  if (body.response_action !== 'update' && body.response_action !== 'push')
    return `unknown response_action ${String(body.response_action)}`;
  try {
    const view = acceptedView(workspace, 'view_submission', body.view, 'modal');
    if (body.response_action === 'push') pushView(workspace, open.user, view);
    else replaceView(workspace, open, view);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return [error.message, ...error.messages].join(' ');
    throw error;
  }
}
