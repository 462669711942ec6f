/** What can be typed. */
import { invocation } from '../own.ts';
import type { Command } from './call.ts';

const callOf = ({ name, arguments: wanted, rest, optional }: Command): string =>
  [name, ...wanted.map((one) => (rest ? `"<${one}>"` : optional ? `[${one}]` : `<${one}>`))].join(' ');

/** All commands, and one to begin with. */
export function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map((one) => callOf(one).length));
  return [
    'Baton runs a process of several steps and agents, and asks people where a person must decide.',
    '',
    `Usage: ${invocation} <command>`,
    '',
    ...commands.map((one) => `  ${callOf(one).padEnd(width)}  ${one.summary}`),
    `  ${'help [command]'.padEnd(width)}  what a command takes`,
    '',
    'Try:',
    '',
    `  ${invocation} run "Refund order 1042, it arrived damaged"`,
    `  ${invocation} run "Check the sample service"`,
  ];
}

/** One command. */
export function commandHelp(command: Command): string[] {
  const flags = Object.entries(command.flags).map(([name, { value, help }]) => ({
    call: value ? `--${name} <${value}>` : `--${name}`,
    help,
  }));
  const width = Math.max(...flags.map(({ call }) => call.length));
  return [
    `${invocation} ${callOf(command)}${flags.length > 0 ? ' [flags]' : ''}`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    ...command.details,
    '',
    ...flags.map(({ call, help }) => `  ${call.padEnd(width)}  ${help}`),
  ];
}
