/** Messages and views as people see them, and as Slack sends them to the app. */
import { readState, stateOf } from './form.ts';
import { readMrkdwn } from './mrkdwn.ts';
import { buttonsOf, elementsOf, menusOf, optionsOf, readBlocks, textIn } from './seen.ts';
import type { Field, Json, Message, SeenEphemeral, SeenMessage, SeenView } from './types.ts';
import { app, home, type OpenView, type Workspace } from './workspace.ts';

export function seenMessage(workspace: Workspace, message: Message): SeenMessage {
  const { broadcast: _, onlyFor: __, ...rest } = message;
  const files = message.files.map((id) => `[file: ${workspace.files.get(id)?.title ?? id}]`);
  const body =
    message.blocks.length > 0
      ? readBlocks(message.blocks, workspace.nameOf)
      : readMrkdwn(message.text, workspace.nameOf);
  return {
    ...structuredClone(rest),
    seen: [...(body === '' ? [] : [body]), ...files].join('\n'),
    buttons: buttonsOf(message.blocks),
    menus: menusOf(message.blocks),
  };
}

export const seenEphemeral = (workspace: Workspace, message: Message): SeenEphemeral => ({
  ...seenMessage(workspace, message),
  for: message.onlyFor!,
});

function fieldsOf(open: OpenView): Field[] {
  const state = stateOf(open.view.blocks as Message['blocks'], open.typed);
  return elementsOf(open.view.blocks as Message['blocks']).flatMap(({ block, element }): Field[] => {
    if (block.type !== 'input') return [];
    const options = optionsOf(element);
    const error = open.errors[block.block_id!];
    return [
      {
        block_id: block.block_id!,
        action_id: element.action_id,
        type: element.type,
        label: block.label.text,
        ...(block.hint ? { hint: block.hint.text } : {}),
        ...(element.placeholder ? { placeholder: textIn(element.placeholder) } : {}),
        value: readState(state[block.block_id!]![element.action_id]!),
        ...(options.length > 0 ? { options: options.map((option) => option.text.text) } : {}),
        optional: block.optional ?? false,
        multiline: element.multiline === true,
        ...(error === undefined ? {} : { error }),
      },
    ];
  });
}

export function seenView(workspace: Workspace, open: OpenView): SeenView {
  const { view } = open;
  const blocks = view.blocks as Message['blocks'];
  const modal = view.type === 'modal' ? view : undefined;
  return {
    id: open.id,
    hash: open.hash,
    type: view.type,
    user: open.user,
    title: modal?.title.text ?? '',
    ...(modal?.submit ? { submit: modal.submit.text } : {}),
    ...(modal?.close ? { close: modal.close.text } : {}),
    callback_id: view.callback_id ?? '',
    external_id: view.external_id ?? '',
    private_metadata: view.private_metadata ?? '',
    fields: fieldsOf(open),
    errors: { ...open.errors },
    seen: readBlocks(blocks, workspace.nameOf),
    buttons: buttonsOf(blocks),
    menus: menusOf(blocks),
    blocks: structuredClone(blocks),
  };
}

/** A view as answers of views.* and interactions carry it. */
export function sentView(open: OpenView): Json {
  const { view } = open;
  const modal = view.type === 'modal' ? view : undefined;
  return structuredClone({
    id: open.id,
    team_id: home.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
    state: { values: stateOf(view.blocks as Message['blocks'], open.typed) },
    hash: open.hash,
    title: modal?.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: modal?.clear_on_close ?? false,
    notify_on_close: modal?.notify_on_close ?? false,
    close: modal?.close ?? null,
    submit: modal?.submit ?? null,
    previous_view_id: open.previous,
    root_view_id: open.root,
    app_id: app.id,
    external_id: view.external_id ?? '',
    app_installed_team_id: home.id,
    bot_id: app.bot,
  });
}

/** A message as answers of chat.*, events and interactions carry it. */
export function sentMessage(workspace: Workspace, message: Message): Json {
  const { ts, thread_ts, user, text, blocks, metadata, edits } = message;
  return structuredClone({
    type: 'message',
    user,
    ...(message.app ? { bot_id: app.bot, app_id: app.id } : {}),
    team: workspace.people.get(user)?.team ?? home.id,
    text,
    ts,
    ...(thread_ts === undefined ? {} : { thread_ts }),
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(metadata === undefined ? {} : { metadata }),
    ...(edits > 0 ? { edited: { user, ts: `${Math.floor(workspace.now() / 1000)}.000000` } } : {}),
  });
}
