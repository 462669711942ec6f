/**
 * A terminal is open all day and does little, and a process that is in chats waits for people: such a process is told to
 * stay small rather than to be a little faster.
 */
import { setFlagsFromString } from 'node:v8';

export function staySmall(): void {
  // Young objects are collected in the space there is at the beginning, and code is kept only while it is used.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
}
