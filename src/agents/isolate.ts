/**
 * An agent in a child process of its own, which can be stopped whatever it does.
 *
 * One socket, file descriptor 3 of the child, carries the request there and two lines back: that the agent is about to
 * run, and how it ended. Until the first line nothing has happened. The child leads a process group, and the whole
 * group is killed. It inherits no environment: it has what `isolateEnv` holds and nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { AgentCall, CallResult } from '../contracts/agent.ts';
import { fail, failure } from '../contracts/error.ts';
import { jsonValue } from '../contracts/json.ts';
import { isTooDeep, tooDeep, tooLarge } from './output.ts';
import { deadlineOf, stopped } from './stopped.ts';

export interface IsolateOptions {
  /** The module that the child runs. */
  isolateEntry?: URL | string;
  isolateArgs?: string[];
  /** The whole environment of the child. Default: none. */
  isolateEnv?: Record<string, string | undefined>;
}

/** The file descriptor of the socket, in the child. */
export const isolateDescriptor = 3;

/** What the child is asked. */
export const isolateRequest = z.strictObject({
  agent: z.string(),
  input: jsonValue,
  context: z.strictObject({ run: z.string(), step: z.string(), attempt: z.number(), key: z.string() }),
  timeoutMs: z.number(),
  maxOutputBytes: z.number(),
});
export type IsolateRequest = z.infer<typeof isolateRequest>;

/** The first line that the child writes. */
export const startedLine = 'started\n';

const answer = z.union([
  // Deeper checks are needless here: the text was parsed as JSON, and its depth is known.
  z.strictObject({ end: z.literal('done'), output: z.unknown() }),
  z.strictObject({ end: z.enum(['not_sent', 'refused', 'unknown']), error: failure }),
]);

/** What surrounds the output in the answer, and the first line. */
const envelopeBytes = 4_096;

/** For how long a child that has answered may close what it opened. */
const closingMs = 1_000;

/** Runs the agent in a new process. Never throws; at the deadline the process group is dead. */
export async function callIsolated(call: AgentCall, options: IsolateOptions): Promise<CallResult> {
  if (options.isolateEntry === undefined) {
    const message = `${call.agent.id} wants a process of its own, and this worker has no way to start one`;
    return { end: 'not_sent', error: fail('agent_missing', message) };
  }
  using deadline = deadlineOf(call);
  if (deadline.cause) return stopped(call, deadline.cause, false);
  const child = start(options.isolateEntry, options);
  if (child === null) return notStarted(call, 'no process could be made');
  const result = await Promise.race([converse(child, call), deadline.ended]);
  if (typeof result === 'string') {
    killGroup(child);
    return stopped(call, result, true);
  }
  return result;
}

function start(entry: URL | string, options: IsolateOptions): ChildProcess | null {
  const path = entry instanceof URL || entry.startsWith('file:') ? fileURLToPath(entry) : entry;
  try {
    return spawn(process.execPath, [path, ...(options.isolateArgs ?? [])], {
      // Whatever the agent prints goes to this process's stderr, never into an answer.
      stdio: ['ignore', 2, 2, 'pipe'],
      env: options.isolateEnv ?? {},
      detached: true,
    });
  } catch {
    return null;
  }
}

function converse(child: ChildProcess, call: AgentCall): Promise<CallResult> {
  const { promise, resolve } = Promise.withResolvers<CallResult>();
  const socket = child.stdio[isolateDescriptor] as Duplex | null | undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const text = () => Buffer.concat(chunks).toString('utf8');
  child.on('error', () => resolve(notStarted(call, 'no process could be made')));
  if (!socket) return promise;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > call.maxOutputBytes + envelopeBytes) {
      resolve(tooLarge(call));
      return killGroup(child);
    }
    chunks.push(chunk);
    if (!chunk.includes('\n')) return;
    const line = secondLine(text());
    if (line !== null) {
      resolve(readAnswer(call, line));
      giveTimeToClose(child);
    }
  });
  // The child may be gone before it has read: its exit says so, not the broken pipe.
  socket.on('error', () => {});
  // What the agent has started ends with it, however it ended.
  child.on('exit', () => killGroup(child));
  child.on('close', (code, signal) => {
    const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
    resolve(text().startsWith(startedLine) ? crashed(call, how) : notStarted(call, `its process ${how}`));
  });
  socket.write(`${JSON.stringify(requestOf(call))}\n`);
  return promise;
}

function requestOf({ agent, input, context, timeoutMs, maxOutputBytes }: AgentCall): IsolateRequest {
  const { run, step, attempt, key } = context;
  return { agent: agent.id, input, context: { run, step, attempt, key }, timeoutMs, maxOutputBytes };
}

/** The answer's line: the second one, or the first one of a child that never came to run the agent. */
function secondLine(text: string): string | null {
  const rest = text.startsWith(startedLine) ? text.slice(startedLine.length) : text;
  const end = rest.indexOf('\n');
  return end < 0 ? null : rest.slice(0, end);
}

function readAnswer(call: AgentCall, line: string): CallResult {
  // The envelope is one level.
  if (isTooDeep(line.slice(1))) return tooDeep(call);
  try {
    return answer.parse(JSON.parse(line)) as CallResult;
  } catch {
    return crashed(call, 'gave an answer that cannot be read');
  }
}

const crashed = (call: AgentCall, how: string): CallResult => ({
  end: 'unknown',
  error: fail('agent_failed', `${call.agent.id} ran in a process that ${how}`),
});

const notStarted = (call: AgentCall, why: string): CallResult => ({
  end: 'not_sent',
  error: fail('agent_unreachable', `${call.agent.id} could not be started: ${why}`),
});

function giveTimeToClose(child: ChildProcess): void {
  const timer = setTimeout(killGroup, closingMs, child);
  child.once('exit', () => clearTimeout(timer));
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
