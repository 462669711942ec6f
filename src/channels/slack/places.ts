/** Places of Slack: where a message goes, and the conversation of Baton that it belongs to. */
import { addressOf, isDirect } from './addresses.ts';

export interface Place {
  channel: string;
  thread: string | null;
}

/** The conversation of a place, in a team. A person's direct messages are named by the person. */
export const conversationOf = (team: string, { channel, thread }: Place, user: string): string =>
  addressOf(team, isDirect(channel) ? user : channel, thread);
