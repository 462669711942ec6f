/**
 * Addresses of Slack. A run lives in a thread: `slack:<team>/<channel>/<ts of its root>`. A person's own conversation
 * with the app is named by the person, not by its channel: `slack:<team>/<user>`, as the configuration names them.
 */

const name = 'slack';

export interface Address {
  team: string;
  /** A channel (C…, G…, D…) or a person (U…, W…). */
  part: string;
  thread: string | null;
}

export const addressOf = (team: string, part: string, thread: string | null): string =>
  `${name}:${team}/${part}${thread === null ? '' : `/${thread}`}`;

export function readAddress(conversation: string): Address | null {
  const [, team, part, thread = null] = /^slack:([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(conversation) ?? [];
  return team && part ? { team, part, thread } : null;
}

/** The channel of a thread. */
export function chatOf(conversation: string): string {
  const address = readAddress(conversation);
  return address ? addressOf(address.team, address.part, null) : conversation;
}

export const isPerson = (part: string): boolean => /^[UW]/.test(part);
export const isDirect = (channel: string): boolean => channel.startsWith('D');

/** A message as Slack returned it, so that an edit needs no look-up of its channel. */
export const messageOf = (channel: string, ts: string): string => `${channel}:${ts}`;

export function readMessage(message: string): { channel: string; ts: string } | null {
  const [, channel, ts] = /^([^:]+):([^:]+)$/.exec(message) ?? [];
  return channel && ts ? { channel, ts } : null;
}
