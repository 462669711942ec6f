import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseAccount } from '../../src/postgres/account.ts';
import { linkLibraries, locateBinaries } from '../../src/postgres/binaries.ts';
import { createData } from '../../src/postgres/cluster.ts';
import { prepareHome } from '../../src/postgres/home.ts';
import { startEmbedded } from '../../src/postgres/index.ts';
import { boundLog } from '../../src/postgres/log.ts';
import { cannotBecomeOther, createHome, dataDirectoryOf, postmasterPid, startUser } from './home.ts';

const skip = cannotBecomeOther();
const nobody = { uid: 65534, gid: 65534 };

test('refuses data of another major version, names both, and touches nothing', async () => {
  await using home = createHome();
  mkdirSync(home.data);
  writeFileSync(join(home.data, 'PG_VERSION'), '15\n');
  const before = statSync(home.data).mtimeMs;
  await assert.rejects(startEmbedded({ home: home.path }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'postgres_version_mismatch');
    assert.match(error.message, /Postgres 15.*Postgres 18/);
    assert.ok(error.message.includes(home.data));
    return true;
  });
  assert.deepEqual(readdirSync(home.data), ['PG_VERSION']);
  assert.equal(statSync(home.data).mtimeMs, before);
});

test('refuses a data folder with the files of something else', async () => {
  await using home = createHome();
  mkdirSync(home.data);
  writeFileSync(join(home.data, 'holiday.jpg'), '');
  await assert.rejects(startEmbedded({ home: home.path }), { code: 'postgres_data_unrecognised' });
  assert.deepEqual(readdirSync(home.data), ['holiday.jpg']);
});

test('says that the home cannot be written', { skip }, async () => {
  await using home = createHome();
  chmodSync(home.path, 0o755);
  const answer = await startUser(home.path, nobody).line((line) => line.code !== undefined);
  assert.equal(answer.code, 'postgres_home_unwritable');
  assert.ok(answer.message?.includes(home.path));

  const file = join(home.path, 'file');
  writeFileSync(file, '');
  await assert.rejects(startEmbedded({ home: join(file, 'home') }), { code: 'postgres_home_unwritable' });
});

test('says that the disk is full, in the words of the server', async (context) => {
  await using home = createHome();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', home.path]).status !== 0) {
    context.skip('needs the right to mount');
    return;
  }
  try {
    await assert.rejects(startEmbedded({ home: home.path }), {
      code: 'postgres_disk_full',
      message: /No space is left[\s\S]*last lines of initdb[\s\S]*No space left on device/,
    });
    assert.deepEqual(readdirSync(home.path), ['postgres-run']);
  } finally {
    spawnSync('umount', [home.path]);
  }
});

test('says that the disk is full when it became so after the database was made', async (context) => {
  await using home = createHome();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', home.path]).status !== 0) {
    context.skip('needs the right to mount');
    return;
  }
  try {
    await (await startEmbedded({ home: home.path, durability: 'none' })).stop();
    spawnSync('dd', ['if=/dev/zero', `of=${join(home.path, 'filler')}`, 'bs=4k']);
    await assert.rejects(startEmbedded({ home: home.path, durability: 'none' }), { code: 'postgres_disk_full' });
    rmSync(join(home.path, 'filler'));
    const server = await startEmbedded({ home: home.path, durability: 'none' });
    assert.equal(await dataDirectoryOf(server.address), home.data);
    await server.stop();
  } finally {
    spawnSync('umount', [home.path]);
  }
});

test('a server that does not start is quoted', async () => {
  await using home = createHome();
  await (await startEmbedded({ home: home.path, durability: 'none' })).stop();
  writeFileSync(join(home.data, 'postgresql.auto.conf'), 'no_such_setting = 1\n');
  await assert.rejects(startEmbedded({ home: home.path }), {
    code: 'postgres_unavailable',
    message: /does not start[\s\S]*no_such_setting/,
  });
  assert.equal(postmasterPid(home.path), undefined);
});

test('runs for an ordinary user', { skip }, async () => {
  await using home = createHome();
  chownSync(home.path, nobody.uid, nobody.gid);
  const user = startUser(home.path, nobody);
  const address = await user.ready();
  assert.equal(statSync(home.data).uid, nobody.uid);
  assert.equal(await dataDirectoryOf(address), home.data);
  await user.leave();
  assert.equal(postmasterPid(home.path), undefined);
});

test('root without user namespaces runs the server as another user, also later with namespaces', { skip }, async () => {
  await using test = createHome();
  chmodSync(test.path, 0o711);
  const home = prepareHome(test.path);
  const binaries = locateBinaries();
  const account = chooseAccount(home.data, binaries.postgres, false);
  assert.equal(account.kind, 'user');
  await createData(home, binaries, account, 'none');
  assert.notEqual(statSync(home.data).uid, 0);

  const server = await startEmbedded({ home: test.path, durability: 'none' });
  assert.equal(await dataDirectoryOf(server.address), home.data);
  const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${postmasterPid(test.path)}/status`, 'utf8'))?.[1];
  assert.notEqual(uid, '0');
  await server.stop();
});

test('root hands over data made in a namespace when namespaces are gone', { skip }, async () => {
  await using test = createHome();
  chmodSync(test.path, 0o711);
  await (await startEmbedded({ home: test.path, durability: 'none' })).stop();
  const account = chooseAccount(test.data, locateBinaries().postgres, false);
  assert.equal(account.kind, 'user');
  const server = await startEmbedded({ home: test.path, durability: 'none' });
  assert.equal(await dataDirectoryOf(server.address), test.data);
  await server.stop();
});

test('a home that the other user cannot reach is explained', { skip }, async () => {
  await using test = createHome();
  const home = prepareHome(test.path);
  const binaries = locateBinaries();
  const account = chooseAccount(home.data, binaries.postgres, false);
  await assert.rejects(createData(home, binaries, account, 'none'), {
    code: 'postgres_home_unwritable',
    message: /chmod o\+x/,
  });
});

test('makes the library links once, whoever comes at the same time, and explains when it may not', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-links-'));
  chmodSync(folder, 0o755);
  try {
    mkdirSync(join(folder, 'native/lib'), { recursive: true });
    const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];
    writeFileSync(join(folder, 'native/pg-symlinks.json'), JSON.stringify(links));
    const module = new URL('../../src/postgres/binaries.ts', import.meta.url).href;
    const code = `import { linkLibraries } from '${module}';
      try { linkLibraries('${folder}') } catch (error) { console.log(error.code, error.message) }`;
    const denied = spawnSync(process.execPath, ['--input-type=module', '-e', code], { ...nobody, cwd: '/' });
    assert.match(denied.stdout.toString(), /^postgres_binaries_unusable .*libx\.so\.1.*DATABASE_URL/);
    const makers = [1, 2, 3, 4].map(() => spawn(process.execPath, ['--input-type=module', '-e', code]));
    const outputs = await Promise.all(makers.map((maker) => maker.stdout.toArray()));
    assert.deepEqual(outputs.flat(), []);
    linkLibraries(folder);
    assert.ok(lstatSync(join(folder, 'native/lib/libx.so.1')).isSymbolicLink());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the log is bounded and keeps its end', async () => {
  await using home = createHome();
  writeFileSync(home.log, `${'x'.repeat(3_000_000)}the end`);
  boundLog(home.log, 4_000_000);
  assert.equal(statSync(home.log).size, 3_000_007);
  boundLog(home.log, 2_000_000);
  assert.equal(statSync(home.log).size, 0);
  const kept = readFileSync(`${home.log}.1`, 'utf8');
  assert.ok(kept.length < 2_000_000 && kept.endsWith('the end'));
});
