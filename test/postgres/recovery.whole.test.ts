import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmbedded } from '../../src/postgres/index.ts';
import { createHome, dataDirectoryOf, kill, postmasterPid, query, startUser, until } from './home.ts';

test('a killed user leaves the server, and the next start attaches to it', async () => {
  await using home = createHome();
  const user = startUser(home.path);
  await user.ready();
  const pid = postmasterPid(home.path);
  await user.kill();

  const startedAt = performance.now();
  const server = await startEmbedded({ home: home.path, durability: 'none' });
  const elapsedMs = performance.now() - startedAt;
  assert.equal(postmasterPid(home.path), pid);
  assert.ok(elapsedMs < 500, `attaching took ${elapsedMs} ms`);
  await server.stop();
  assert.equal(postmasterPid(home.path), undefined);
});

test('recovers when user and server were killed, and keeps what was committed', async () => {
  await using home = createHome();
  const user = startUser(home.path, { durability: 'full' });
  await query(await user.ready(), (sql) => sql`create table kept as select 42 as answer`);
  const pid = postmasterPid(home.path) as number;
  await Promise.all([user.kill(), kill(pid)]);
  assert.ok(existsSync(join(home.data, 'postmaster.pid')));

  const server = await startEmbedded({ home: home.path, durability: 'none' });
  assert.notEqual(postmasterPid(home.path), pid);
  assert.equal(await dataDirectoryOf(server.address), home.data);
  assert.equal((await query(server.address, (sql) => sql`select answer from kept`))[0]?.answer, 42);
  await server.stop();
});

test('is not misled by a stale pid that another process has got since', async () => {
  await using home = createHome();
  const user = startUser(home.path);
  await user.ready();
  await Promise.all([user.kill(), kill(postmasterPid(home.path) as number)]);
  const stranger = spawn('sleep', ['60']);
  const file = join(home.data, 'postmaster.pid');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)));

  const server = await startEmbedded({ home: home.path, durability: 'none' });
  assert.equal(await dataDirectoryOf(server.address), home.data);
  assert.equal(stranger.exitCode, null);
  await server.stop();
  stranger.kill();
});

test('waits until the children of a killed server have let go of its shared memory', async () => {
  await using home = createHome();
  const user = startUser(home.path);
  const address = await user.ready();
  const pid = postmasterPid(home.path) as number;
  const backend = await query(address, async (sql) => {
    const [row] = await sql`select pid from pg_stat_activity where backend_type = 'checkpointer'`;
    return Number(row?.pid);
  });
  process.kill(backend, 'SIGSTOP');
  await Promise.all([user.kill(), kill(pid)]);

  const starting = startEmbedded({ home: home.path, durability: 'none' });
  await until('the refusal', () => /pre-existing shared memory block/.test(readFileSync(home.log, 'utf8')));
  process.kill(backend, 'SIGKILL');
  const server = await starting;
  assert.equal(await dataDirectoryOf(server.address), home.data);
  await server.stop();
});

test('a copy of a home in use gets a server of its own', async () => {
  await using original = createHome();
  await using copy = createHome();
  const first = await startEmbedded({ home: original.path, durability: 'none' });
  await query(first.address, (sql) => sql`checkpoint`);
  for (const entry of ['postgres', 'postgres-run']) {
    const isFile = (source: string) => !source.includes('/socket/');
    cpSync(join(original.path, entry), join(copy.path, entry), { recursive: true, filter: isFile });
  }
  const second = await startEmbedded({ home: copy.path, durability: 'none' });
  assert.equal(await dataDirectoryOf(second.address), copy.data);
  assert.equal(await dataDirectoryOf(first.address), original.data);
  await Promise.all([first.stop(), second.stop()]);
  assert.deepEqual([postmasterPid(original.path), postmasterPid(copy.path)], [undefined, undefined]);
});

test('replaces a server that cannot be reached, but not under other users', async () => {
  await using home = createHome();
  const user = startUser(home.path);
  const address = await user.ready();
  const pid = postmasterPid(home.path);
  rmSync(join(address.host, '.s.PGSQL.5432'));
  await assert.rejects(startEmbedded({ home: home.path, durability: 'none' }), {
    code: 'postgres_unavailable',
    message: /cannot be used: .*ENOENT.* Other processes use it/,
  });
  await user.kill();
  const server = await startEmbedded({ home: home.path, durability: 'none' });
  assert.notEqual(postmasterPid(home.path), pid);
  await server.stop();
});

test('does not join a throw-away server when the data must last', async () => {
  await using home = createHome();
  const user = startUser(home.path);
  await user.ready();
  await assert.rejects(startEmbedded({ home: home.path }), { code: 'postgres_unavailable', message: /without fsync/ });
  await user.kill();
  const server = await startEmbedded({ home: home.path });
  assert.equal((await query(server.address, (sql) => sql`show fsync`))[0]?.fsync, 'on');
  await server.stop();
});

test('begins anew when killed while the database was being made', async () => {
  await using home = createHome();
  const user = startUser(home.path);
  const drafts = () => readdirSync(home.path).filter((entry) => entry.startsWith('postgres.new-'));
  await until('initdb at work', () => drafts().some((draft) => existsSync(join(home.path, draft, 'PG_VERSION'))));
  await user.kill();
  assert.equal(existsSync(home.data), false);
  mkdirSync(join(home.path, 'postgres.new-older'));

  const server = await startEmbedded({ home: home.path, durability: 'none' });
  assert.equal(await dataDirectoryOf(server.address), home.data);
  assert.deepEqual(drafts(), []);
  await server.stop();
});
