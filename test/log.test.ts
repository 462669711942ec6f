import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatonError } from '../src/contracts/error.ts';
import { createLog } from '../src/log.ts';

function logged(env: Record<string, string>, level = 'info') {
  const lines: string[] = [];
  return { lines, log: createLog(level, env, (line) => lines.push(line)) };
}

test('a secret of the environment leaves the process in no form, and the line stays JSON', () => {
  const env = {
    SHOP_TOKEN: 'tok-"quoted"-1',
    MY_SECRET: 'longer-than-the-part',
    PART_KEY: 'longer-than',
    DATABASE_URL: 'postgres://baton:p%40ss%2Fword@h/x',
    SHOP_KEY: 'ok',
  };
  const { lines, log } = logged(env);
  log.info({ a: env.SHOP_TOKEN, b: [`x${env.MY_SECRET}y`], c: 'p@ss/word', d: env.DATABASE_URL, e: 'ok' }, 'said');
  const { a, b, c, d, e, level, msg } = JSON.parse(lines[0]!) as Record<string, unknown>;
  assert.deepEqual(
    { a, b, c, d, e, level, msg },
    {
      a: '[redacted]',
      b: ['x[redacted]y'],
      c: '[redacted]',
      d: 'postgres://baton:[redacted]@h/x',
      e: 'ok',
      level: 'info',
      msg: 'said',
    },
  );
});

test('of an error its class, code and frames are logged, and only words of our own', () => {
  const { lines, log } = logged({});
  const cause = Object.assign(new TypeError('card 4111'), { code: 'ECONNRESET' });
  log.error({ err: new BatonError('timed_out', 'No answer.', { cause }) }, 'failed');
  log.error({ err: cause }, 'failed');
  log.error({ err: 'card 4111' }, 'failed');
  assert.doesNotMatch(lines.join(''), /4111/);
  const { err } = JSON.parse(lines[0]!) as { err: Record<string, unknown> & { stack: string[] } };
  assert.deepEqual([err.name, err.code, err.message], ['BatonError', 'timed_out', 'No answer.']);
  assert.match(err.stack[0]!, /log\.test\.ts/);
  assert.equal((err.cause as { code: string }).code, 'ECONNRESET');
});

test('what is below the level is not written', () => {
  const { lines, log } = logged({}, 'warn');
  log.info({}, 'quiet');
  log.warn({}, 'loud');
  assert.equal(lines.length, 1);
});
