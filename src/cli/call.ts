/** What a command is, and what it is given when it is called. */
import type { Settings } from '../config.ts';
import type { Terminal } from './terminal.ts';
import type { Given, Shape } from './usage.ts';

export interface Call extends Given {
  terminal: Terminal;
  settings: Settings;
  /** Fires when the person, or the system, wants the process to end. */
  signal: AbortSignal;
}

export interface Command extends Shape {
  summary: string;
  details: readonly string[];
  /** Loads what the command needs; it says the exit code. */
  load(): Promise<(call: Call) => Promise<number>>;
}
