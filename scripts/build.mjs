// Compiles src into dist, as the npm package has it: JavaScript and declarations, with the same depth of folders, so that
// what a module finds beside it (drizzle, package.json) is there in both. `npm pack` calls it by itself.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
if (status !== 0) process.exit(status ?? 1);

// Instructions for models are files that a module reads beside itself.
for (const file of globSync('**/*.md', { cwd: join(root, 'src') })) cpSync(join(root, 'src', file), join(dist, file));

// The compiler rewrites imports in JavaScript only; older compilers than ours do not find `./a.d.ts` under `./a.ts`.
for (const file of globSync('**/*.d.ts', { cwd: dist })) {
  const path = join(dist, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/((?:from |import\()'\.{1,2}\/[^']*)\.ts'/g, "$1.js'"));
}
