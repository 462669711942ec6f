import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmbedded, toUrl } from '../../src/postgres/index.ts';
import { cannotBecomeOther, createHome, dataDirectoryOf, postmasterPid, query, startUser, until } from './home.ts';

test('keeps the data between starts, and may be stopped twice', async () => {
  await using home = createHome();
  const first = await startEmbedded({ home: home.path });
  await query(first.address, (sql) => sql`create table kept as select 42 as answer`);
  assert.equal((await query(first.address, (sql) => sql`show fsync`))[0]?.fsync, 'on');
  await Promise.all([first.stop(), first.stop()]);
  assert.equal(existsSync(join(home.data, 'postmaster.pid')), false);

  const second = await startEmbedded({ home: home.path });
  assert.equal((await query(second.address, (sql) => sql`select answer from kept`))[0]?.answer, 42);
  await second.stop();
});

test('a URL of the address reaches the same server from a child process', async () => {
  await using home = createHome();
  const server = await startEmbedded({ home: home.path, durability: 'none' });
  const code = `import postgres from 'postgres'; const sql = postgres(process.env.DATABASE_URL);
    console.log((await sql\`show data_directory\`)[0].data_directory); await sql.end()`;
  const env = { ...process.env, DATABASE_URL: toUrl(server.address), PGPORT: '1', PGHOST: 'nowhere' };
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  assert.equal(output.trim(), home.data);
  await server.stop();
});

test('a home may have any name', async () => {
  await using home = createHome();
  const path = join(home.path, `a b,ё:5%41"'$@?#`);
  const server = await startEmbedded({ home: path, durability: 'none' });
  assert.ok(server.address.host.startsWith(path));
  assert.equal(await dataDirectoryOf(server.address), join(path, 'postgres'));
  assert.equal(await dataDirectoryOf(toUrl(server.address)), join(path, 'postgres'));
  await server.stop();
});

test('the URL of an address with a password is that of any server', () => {
  const address = { host: '127.0.0.1', port: 5433, username: 'a b', password: 'p@/:', database: 'x' };
  assert.equal(toUrl(address), 'postgres://a%20b:p%40%2F%3A@127.0.0.1:5433/x');
});

test('listens on no TCP port', async () => {
  await using home = createHome();
  const server = await startEmbedded({ home: home.path, durability: 'none' });
  const pid = postmasterPid(home.path);
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap(
    (fd) => /^socket:\[(\d+)\]/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
  );
  const tcp = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8')).join('');
  const inodes = tcp.split('\n').map((line) => line.trim().split(/\s+/)[9]);
  assert.ok(sockets.length > 0);
  assert.deepEqual(
    sockets.filter((inode) => inodes.includes(inode)),
    [],
  );
  await server.stop();
});

for (const [place, deep] of [
  ['in the home', false],
  ['in the temporary folder', true],
] as const) {
  test(`another user cannot connect to the socket ${place}`, { skip: cannotBecomeOther() }, async () => {
    await using home = createHome();
    chmodSync(home.path, 0o755);
    const path = deep ? join(home.path, 'd'.repeat(100)) : home.path;
    mkdirSync(path, { recursive: true, mode: 0o755 });
    const server = await startEmbedded({ home: path, durability: 'none' });
    assert.equal(server.address.host.startsWith(home.path), !deep);
    assert.equal(statSync(server.address.host).mode & 0o777, 0o700);
    const socket = `${server.address.host}/.s.PGSQL.${server.address.port}`;
    const code = `require('node:net').connect(process.argv[1]).on('connect', () => { console.log('in'); process.exit() })
      .on('error', (error) => console.log(error.code))`;
    const attempt = (uid: number) => spawnSync(process.execPath, ['-e', code, socket], { uid, gid: uid, cwd: '/' });
    assert.equal(attempt(65534).stdout.toString().trim(), 'EACCES');
    assert.equal(attempt(0).stdout.toString().trim(), 'in');
    assert.equal(await dataDirectoryOf(toUrl(server.address)), join(path, 'postgres'));
    await server.stop();
    assert.equal(existsSync(server.address.host), false);
  });
}

test('starts at the same instant share one server, which the last one out stops', async () => {
  await using home = createHome();
  const users = [1, 2, 3, 4].map(() => startUser(home.path));
  const addresses = await Promise.all(users.map((user) => user.ready()));
  assert.equal(new Set(addresses.map((address) => address.host)).size, 1);
  const pid = postmasterPid(home.path);
  const starts = readFileSync(home.log, 'utf8').match(/starting PostgreSQL/g);
  assert.equal(starts?.length, 1);

  const [first, killed, third, last] = users;
  await first?.leave();
  await killed?.kill();
  await third?.leave();
  assert.equal(postmasterPid(home.path), pid);
  await last?.leave();
  assert.equal(postmasterPid(home.path), undefined);
});

test('users who come and go at once never lose the server under them', async () => {
  await using home = createHome();
  const visit = async () => {
    const server = await startEmbedded({ home: home.path, durability: 'none' });
    assert.equal(await dataDirectoryOf(server.address), home.data);
    await server.stop();
  };
  const visitor = async () => {
    for (let round = 0; round < 4; round += 1) await visit();
  };
  await Promise.all([visitor(), visitor(), visitor()]);
  assert.equal(postmasterPid(home.path), undefined);
});

test('Ctrl-C in the terminal ends the user, not the server', async () => {
  await using home = createHome();
  const user = startUser(home.path, { detached: true });
  await user.ready();
  const pid = postmasterPid(home.path);
  process.kill(-(user.child.pid as number), 'SIGINT');
  await until('the user to end', () => user.child.signalCode !== null);
  const server = await startEmbedded({ home: home.path, durability: 'none' });
  assert.equal(postmasterPid(home.path), pid);
  await server.stop();
});

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
