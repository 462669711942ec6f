import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createFunctionTransporter } from '../../src/agents/function.ts';
import { isolatedEnvironment } from '../../src/config.ts';
import { callOf, endOf, functionAgent } from './call.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-isolate-'));
after(() => rmSync(folder, { recursive: true }));
const entry = new URL('../../src/isolated.ts', import.meta.url);
const marks = join(folder, 'marks');

const source = `
import { spawn } from 'node:child_process';
import { writeFileSync, writeSync } from 'node:fs';
import { defineAgent, defineConfig, Refusal } from 'baton';
import { z } from 'zod';

const mark = (name, text) => writeFileSync(${JSON.stringify(marks)} + '-' + name, text);
const behaviours = {
  echo: (input, context) => ({ order: input.order, key: context.key, attempt: context.attempt }),
  prints: () => { console.log('{"end":"done","output":"forged"}'); console.error('x'); return 'own'; },
  env: () => Object.keys(process.env).sort(),
  address: () => address,
  refuses: () => { throw new Refusal('no', 7); },
  throws: () => { throw new RangeError('card 4111'); },
  exits: () => process.exit(3),
  quits: () => process.exit(0),
  signals: () => process.kill(process.pid, 'SIGTERM'),
  huge: () => 'x'.repeat(50_000_000),
  floods: () => { for (;;) try { writeSync(3, 'x'.repeat(65_536)); } catch {} },
  garbage: () => { writeSync(3, 'not json\\n'); for (;;); },
  loops: () => { mark('loops', String(process.pid)); for (;;); },
  breeds: async () => {
    const child = spawn('sleep', ['600']);
    mark('breeds', String(child.pid));
    await new Promise(() => {});
  },
  memory: () => { const all = []; for (;;) all.push(new Array(1_000_000).fill(all.length)); },
};
let address;
export default defineConfig(({ databaseUrl, env }) => {
  address = databaseUrl;
  if (env.BREAK) throw new Error('broken');
  const run = (input, context) => behaviours[input.do](input, context);
  const terms = { title: 'Pay', input: z.any(), output: z.any(), effect: 'irreversible', isolate: true };
  return { routes: [], people: {}, agents: [defineAgent({ ...terms, name: 'shop.pay', run })] };
});
`;
const file = join(folder, 'baton.config.ts');
writeFileSync(file, `// @ts-nocheck\n${source}`);

const transporter = createFunctionTransporter({
  isolateEntry: entry,
  isolateArgs: [file],
  isolateEnv: isolatedEnvironment(
    {
      SHOP_TOKEN: 's',
      TELEGRAM_BOT_TOKEN: 't',
      BATON_HOME: '/x',
      DATABASE_DIRECT_URL: 'd',
      NODE_OPTIONS: '--max-old-space-size=100',
    },
    'postgres://x',
  ),
});
const agent = functionAgent(() => 'in this process', true);
const ask = (what: string, more: Parameters<typeof callOf>[1] = {}, signal?: AbortSignal) =>
  transporter.call(callOf(agent, { input: { do: what, order: '1042' }, ...more }, signal));

async function marked(name: string): Promise<number> {
  const path = `${marks}-${name}`;
  const watcher = watch(folder);
  while (!existsSync(path) || readFileSync(path, 'utf8') === '') await once(watcher, 'change');
  watcher.close();
  return Number(readFileSync(path, 'utf8'));
}

/** Whether a process is gone; one that is dead and not yet collected counts as gone. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  while (!isGone(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('an isolated agent runs in a process of its own, with the configuration loaded there', async () => {
  assert.deepEqual(await ask('echo'), { end: 'done', output: { order: '1042', key: 'k-1', attempt: 1 } });
  assert.deepEqual(await ask('address'), { end: 'done', output: 'postgres://x' });
});

test('its process has the environment it was given and none of the worker’s', async () => {
  process.env.SECRET_OF_THE_WORKER = 'x';
  assert.deepEqual(await ask('env'), { end: 'done', output: ['DATABASE_URL', 'NODE_OPTIONS', 'SHOP_TOKEN'] });
});

test('what the agent prints is no answer', async () => {
  assert.deepEqual(await ask('prints'), { end: 'done', output: 'own' });
});

test('a refusal and an exception end it as in this process', async () => {
  assert.equal(endOf(await ask('refuses')), 'refused/agent_throttled');
  const thrown = await ask('throws');
  assert.equal(endOf(thrown), 'unknown/agent_failed');
  assert.doesNotMatch(JSON.stringify(thrown), /4111/);
});

test('a process that dies under the agent is unknown, and says how it died', async () => {
  for (const [what, how] of [
    ['exits', /exited with code 3/],
    ['quits', /exited with code 0/],
    ['signals', /SIGTERM/],
    ['memory', /SIG(ABRT|TRAP)|code 134/],
  ] as const) {
    const result = await ask(what, { timeoutMs: 60_000 });
    assert.equal(endOf(result), 'unknown/agent_failed', what);
    assert.match(result.end === 'unknown' ? result.error.message : '', how);
  }
});

test('an answer over the cap, or one that floods the socket, is too large; garbage is a failure', async () => {
  assert.equal(endOf(await ask('huge')), 'unknown/output_too_large');
  assert.equal(endOf(await ask('floods')), 'unknown/output_too_large');
  assert.equal(endOf(await ask('garbage')), 'unknown/agent_failed');
});

test('an agent that blocks its process is killed at the time limit', async () => {
  const result = ask('loops', { timeoutMs: 2_500 });
  const pid = await marked('loops');
  assert.equal(isGone(pid), false);
  assert.equal(endOf(await result), 'unknown/timed_out');
  await waitUntilGone(pid);
});

test('an abort kills the process and the processes that it has started', async () => {
  const controller = new AbortController();
  const result = ask('breeds', {}, controller.signal);
  const pid = await marked('breeds');
  controller.abort();
  assert.equal(endOf(await result), 'unknown/aborted');
  await waitUntilGone(pid);
});

test('what fails before the agent runs was not sent', async () => {
  const start = (isolateArgs: string[], isolateEntry: URL | string = entry, isolateEnv = {}) =>
    createFunctionTransporter({ isolateEntry, isolateArgs, isolateEnv }).call(callOf(agent, { input: { do: 'echo' } }));
  assert.equal(endOf(await start([join(folder, 'nowhere.ts')])), 'not_sent/agent_unreachable');
  assert.equal(endOf(await start([file], entry, { BREAK: '1' })), 'not_sent/agent_unreachable');
  assert.equal(endOf(await start([file], join(folder, 'no-entry.ts'))), 'not_sent/agent_unreachable');
  const other = { ...agent, id: 'shop.unknown@1' };
  assert.equal(endOf(await transporter.call(callOf(other))), 'not_sent/agent_missing');
  assert.equal(endOf(await createFunctionTransporter().call(callOf(agent))), 'not_sent/agent_missing');
});

const startChild = (): ChildProcess =>
  spawn(process.execPath, [fileURLToPath(entry), file], { stdio: ['ignore', 2, 2, 'pipe'], env: {}, detached: true });
const requestOf = (timeoutMs: number, what: string) => {
  const context = { run: 'r1', step: 'pay', attempt: 1, key: 'k-1' };
  return `${JSON.stringify({ agent: 'shop.pay@1', input: { do: what }, context, timeoutMs, maxOutputBytes: 100 })}\n`;
};

test('when its worker dies, the child ends, at the latest at the time limit', async () => {
  for (const what of ['breeds', 'loops']) {
    const child = startChild();
    const socket = child.stdio[3] as Duplex;
    socket.write(requestOf(what === 'loops' ? 1_500 : 600_000, what));
    await once(socket, 'data');
    socket.destroy();
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL', what);
  }
});
