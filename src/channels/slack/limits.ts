/** Slack's limits: of its blocks (https://docs.slack.dev/reference/block-kit), and of how often it may be called. */
import type { Limit, Post } from '../../contracts/channel.ts';
import { readAddress } from './addresses.ts';

export const most = {
  header: 150,
  sectionText: 3000,
  buttonText: 75,
  optionText: 75,
  optionValue: 150,
  options: 100,
  buttons: 25,
  /** chat.update takes 4000 of the top-level text. */
  text: 3900,
  input: 3000,
  viewTitle: 24,
  viewBlocks: 100,
  /** Of one value on a card, of all of them, and of all lines: far from where a message is too long as a whole. */
  fact: 1500,
  facts: 6000,
  lines: 3000,
  tasks: 40,
} as const;

/**
 * New messages: one a second and channel, a short burst allowed. Edits: 50 a minute in the whole workspace, of which
 * one conversation takes its share (https://docs.slack.dev/apis/web-api/rate-limits, tier 3 for chat.update).
 */
export function limitsOf({ conversation, message }: Pick<Post, 'conversation' | 'message'>): readonly Limit[] {
  const address = readAddress(conversation);
  if (!address) return [];
  const { team, part } = address;
  if (message === null) return [{ address: channelBucket(team, part), of: 'new', burst: 2, everyMs: 1000 }];
  return [
    { address: teamBucket(team), of: 'edit', burst: 10, everyMs: 1200 },
    { address: conversation, of: 'edit', burst: 2, everyMs: 3000 },
  ];
}

export const channelBucket = (team: string, part: string): string => `slack:${team}/${part}`;
export const teamBucket = (team: string): string => `slack:${team}`;
