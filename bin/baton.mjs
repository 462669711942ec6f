#!/usr/bin/env node
// The command of the npm package. Any Node can start it; one that is too old hands over to the Node 24 that npm has
// installed beside Baton. Plain JavaScript, so that an old Node reads it.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = 24;

/** The pinned Node, unless it was left out (`--omit=optional`) or there is none for this platform. */
function findNode() {
  try {
    const { resolve } = createRequire(import.meta.url);
    return join(dirname(resolve(`node-${process.platform}-${process.arch}/package.json`)), 'bin/node');
  } catch {
    return undefined;
  }
}

function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself: to hand it on would be a second one, which quits.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('close', (code) => process.exit(code ?? 130));
}

if (Number(process.versions.node.split('.')[0]) >= oldest) {
  await import('../dist/cli.js');
} else {
  const node = findNode();
  if (node) handOver(node);
  else {
    process.stderr.write(`Baton needs Node ${oldest} or newer; this is Node ${process.versions.node}.\n`);
    process.exitCode = 2;
  }
}
