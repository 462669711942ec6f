/**
 * A process that takes a lock, for tests: `node take-lock.ts <lock> <counter> <rounds>` adds one to the number in
 * the counter file in each round, in two steps that a second holder would spoil; `die` as rounds is killed inside.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../src/postgres/lock.ts';

const [lock = '', counter = '', rounds = ''] = process.argv.slice(2);

for (let round = 0; round < (rounds === 'die' ? 1 : Number(rounds)); round += 1) {
  await withLock(lock, 20_000, async () => {
    const count = Number(readFileSync(counter, 'utf8'));
    if (rounds === 'die') process.kill(process.pid, 'SIGKILL');
    await sleep(2);
    writeFileSync(counter, String(count + 1));
  });
}
