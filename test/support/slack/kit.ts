/** Blocks and views in few words, for tests of this Slack. */
import type { Block, Json } from './types.ts';

export const plain = (text: string) => ({ type: 'plain_text' as const, text });
export const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });

export const button = (label: string, action_id: string) => ({
  type: 'button' as const,
  text: plain(label),
  action_id,
  value: action_id,
});

export const option = (label: string, value: string) => ({ text: plain(label), value });

export const section = (text: string, more: Json = {}) => ({ type: 'section', text: mrkdwn(text), ...more }) as Block;
export const actions = (...elements: unknown[]) => ({ type: 'actions', elements }) as Block;

export const input = (block_id: string, label: string, element: Json, more: Json = {}) =>
  ({ type: 'input', block_id, label: plain(label), element: { action_id: 'value', ...element }, ...more }) as Block;

export const modal = (blocks: Block[], more: Json = {}) => ({
  type: 'modal' as const,
  title: plain('A form'),
  submit: plain('Send'),
  callback_id: 'form',
  ...more,
  blocks,
});
