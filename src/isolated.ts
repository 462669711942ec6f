/**
 * The child process of an isolated agent: loads the configuration, runs one agent once, writes how it ended, exits.
 *
 * `node isolated.ts <configuration file>`, with the request on file descriptor 3 and the database's address in
 * DATABASE_URL, where a list of processes does not show it. Its life is bounded from inside too: should the worker that
 * started it die, it ends with the connection, or at the time limit if the agent blocks the event loop.
 */
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { callFunction } from './agents/function.ts';
import { type IsolateRequest, isolateDescriptor, isolateRequest, startedLine } from './agents/isolate.ts';
import { processEnvironment } from './config.ts';
import type { AnyAgent, CallResult } from './contracts/agent.ts';
import type { Configuration } from './contracts/config.ts';
import { BatonError, fail } from './contracts/error.ts';
import { loadConfiguration } from './load.ts';

function killOwnGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

/** A thread of its own, since an agent that blocks this one would block a timer here as well. */
function killAtLimit(timeoutMs: number): void {
  new Worker(`${killOwnGroup}; setTimeout(killOwnGroup, ${Number(timeoutMs)});`, { eval: true }).unref();
}

function readRequest(socket: Socket): Promise<IsolateRequest> {
  const chunks: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<IsolateRequest>();
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (!chunk.includes('\n')) return;
    try {
      resolve(isolateRequest.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    } catch (error) {
      reject(error);
    }
  });
  return promise;
}

const write = (socket: Socket, text: string): Promise<void> =>
  new Promise((resolve) => socket.write(text, () => resolve()));

/** The agents of the configuration: those of the plans, with their undos, and those named beside. */
function findAgent(configuration: Configuration, id: string): AnyAgent | undefined {
  const named = [...configuration.routes.flatMap((route) => route.agents), ...(configuration.agents ?? [])];
  const undos = named.flatMap((agent) => (agent.definition.undo ? [agent.definition.undo.agent] : []));
  return [...named, ...undos].find((agent) => agent.id === id);
}

async function answer(socket: Socket, request: IsolateRequest, configuration: Configuration): Promise<CallResult> {
  const agent = findAgent(configuration, request.agent);
  if (!agent) {
    return { end: 'not_sent', error: fail('agent_missing', `${request.agent} is not in the configuration file`) };
  }
  await configuration.prepare?.();
  await write(socket, startedLine);
  const context = { ...request.context, signal: new AbortController().signal };
  return callFunction({ ...request, agent, context });
}

async function load(file: string): Promise<Configuration> {
  const env = processEnvironment();
  return loadConfiguration(file, { databaseUrl: env.DATABASE_URL ?? '', env });
}

async function main(): Promise<void> {
  const socket = new Socket({ fd: isolateDescriptor });
  socket.on('error', killOwnGroup);
  socket.on('end', killOwnGroup);
  const request = await readRequest(socket);
  killAtLimit(request.timeoutMs);
  let configuration: Configuration | null = null;
  let result: CallResult;
  try {
    configuration = await load(process.argv[2] ?? '');
    result = await answer(socket, request, configuration);
  } catch (error) {
    const code = error instanceof BatonError ? error.code : 'unexpected';
    const message = `${request.agent} could not be started: the configuration did not load (${code})`;
    result = { end: 'not_sent', error: fail('agent_unreachable', message) };
  }
  await write(socket, `${JSON.stringify(result)}\n`);
  await configuration?.close?.();
}

await main().then(
  () => process.exit(0),
  () => process.exit(1),
);
