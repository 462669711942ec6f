import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withLock } from '../../src/postgres/lock.ts';
import { isAlive, ownIdentity } from '../../src/postgres/processes.ts';

test('lets one in at a time, within a process', async () => {
  using folder = createFolder();
  let inside = 0;
  const visit = () =>
    withLock(folder.lock, 20_000, async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 8 }, visit));
  assert.deepEqual(readdirSync(folder.path), []);
});

test('processes that find a dead holder succeed it one at a time', async () => {
  using folder = createFolder();
  const counter = join(folder.path, 'counter');
  writeFileSync(counter, '0');
  await taker(folder.lock, counter, 'die');
  assert.ok(readdirSync(folder.path).includes('lock'));
  await Promise.all([
    ...Array.from({ length: 4 }, () => taker(folder.lock, counter, '25')),
    ...Array.from({ length: 3 }, () => taker(folder.lock, counter, 'die')),
  ]);
  assert.equal(readFileSync(counter, 'utf8'), '100');
});

test('follows a chain of dead holders and of claims that died before they took over', async () => {
  using folder = createFolder();
  const dead = { ...ownIdentity(), startTicks: '1' };
  writeFileSync(folder.lock, JSON.stringify({ ...dead, nonce: 'aaa' }));
  writeFileSync(`${folder.lock}.aaa`, JSON.stringify({ ...dead, nonce: 'bbb' }));
  writeFileSync(`${folder.lock}.bbb`, 'cut sho');
  assert.equal(await withLock(folder.lock, 1000, async () => 'in'), 'in');
  assert.deepEqual(readdirSync(folder.path), []);
});

test('names the living holder when it does not let go', async () => {
  using folder = createFolder();
  await withLock(folder.lock, 1000, async () => {
    const expected = { code: 'postgres_locked', message: new RegExp(`process ${process.pid} has been`) };
    await assert.rejects(
      withLock(folder.lock, 50, async () => {}),
      expected,
    );
  });
});

test('lets go when the work fails', async () => {
  using folder = createFolder();
  await assert.rejects(
    withLock(folder.lock, 1000, async () => {
      throw new Error('work failed');
    }),
    /work failed/,
  );
  assert.deepEqual(readdirSync(folder.path), []);
});

test('a process is known by more than its pid', () => {
  const own = ownIdentity();
  assert.equal(isAlive(own), true);
  assert.equal(isAlive({ ...own, startTicks: '1' }), false);
  assert.equal(isAlive({ ...own, bootId: 'another boot' }), false);
});

function createFolder(): { path: string; lock: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'baton-lock-'));
  const dispose = () => rmSync(path, { recursive: true, force: true });
  return { path, lock: join(path, 'lock'), [Symbol.dispose]: dispose };
}

async function taker(lock: string, counter: string, rounds: string): Promise<void> {
  const script = fileURLToPath(new URL('take-lock.ts', import.meta.url));
  const child = spawn(process.execPath, [script, lock, counter, rounds], { stdio: 'inherit' });
  const [exitCode, signal] = await once(child, 'exit');
  assert.deepEqual([exitCode, signal], rounds === 'die' ? [null, 'SIGKILL'] : [0, null]);
}
