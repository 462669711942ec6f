/** The channels that the settings turn on. What a channel is made of is loaded only then. */
import type { ChannelLog, Door } from './channels/door.ts';
import type { ChatSettings } from './chat-settings.ts';
import type { Channel } from './contracts/channel.ts';

export interface Chats {
  channels: Channel[];
  doors: Door[];
}

export async function openChats({ telegram, slack }: ChatSettings, log: ChannelLog): Promise<Chats> {
  const open = [
    ...(telegram ? [(await import('./channels/telegram/channel.ts')).createTelegramChannel({ ...telegram, log })] : []),
    ...(slack ? [(await import('./channels/slack/channel.ts')).createSlackChannel({ ...slack, log })] : []),
  ];
  return { channels: open.map(({ channel }) => channel), doors: open.flatMap(({ doors }) => doors) };
}
