import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { loadSettings } from '../src/config.ts';
import type { BatonError } from '../src/contracts/error.ts';
import { createLog } from '../src/log.ts';

const problemsOf = (env: Record<string, string>): BatonError => {
  try {
    loadSettings(env);
  } catch (error) {
    return error as BatonError;
  }
  throw new assert.AssertionError({ message: 'the settings hold' });
};
const modelsOf = (env: Record<string, string>) => {
  const { openai, gigachat } = loadSettings(env);
  return { openai, gigachat };
};
const folder = mkdtempSync(join(tmpdir(), 'baton-models-'));
after(() => rmSync(folder, { recursive: true }));
const certificate = join(folder, 'root.pem');
const broken = join(folder, 'broken.pem');
writeFileSync(certificate, rootCertificates[0]!);
writeFileSync(broken, rootCertificates[0]!.slice(0, 300));

const gigachat = { GIGACHAT_AUTH_KEY: 'czNjcmV0OnMzY3JldA==' };

test('a provider is on when its key is set, and empty is not set', () => {
  assert.deepEqual(modelsOf({}), { openai: null, gigachat: null });
  assert.deepEqual(modelsOf({ OPENAI_API_KEY: '', GIGACHAT_AUTH_KEY: '', GIGACHAT_SCOPE: '' }), modelsOf({}));
  assert.deepEqual(modelsOf({ OPENAI_API_KEY: 'sk-s3cret' }).openai, { apiKey: 'sk-s3cret' });
  const local = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' };
  assert.deepEqual(modelsOf(local).openai, { apiKey: 'none', baseUrl: 'http://127.0.0.1:11434/v1' });
  assert.deepEqual(modelsOf(gigachat).gigachat, {
    authKey: gigachat.GIGACHAT_AUTH_KEY,
    scope: 'GIGACHAT_API_PERS',
    streams: 1,
  });
});

test('companies have ten streams unless they say otherwise', () => {
  const streams = (more: Record<string, string>) => modelsOf({ ...gigachat, ...more }).gigachat!.streams;
  assert.equal(streams({ GIGACHAT_SCOPE: 'GIGACHAT_API_B2B' }), 10);
  assert.equal(streams({ GIGACHAT_SCOPE: 'GIGACHAT_API_CORP', GIGACHAT_STREAMS: '40' }), 40);
});

test('all that GigaChat may need is taken', () => {
  const env = {
    ...gigachat,
    GIGACHAT_AUTH_URL: 'https://auth.example:9443/api/v2/oauth',
    GIGACHAT_BASE_URL: 'https://api.example/v1',
    GIGACHAT_CA_FILE: certificate,
  };
  const { authUrl, baseUrl, caFile } = modelsOf(env).gigachat!;
  assert.deepEqual([authUrl, baseUrl, caFile], [env.GIGACHAT_AUTH_URL, env.GIGACHAT_BASE_URL, resolve(certificate)]);
});

test('half of a provider is an error that names what is missing, and no value', () => {
  const halves: [Record<string, string>, string][] = [
    [{ OPENAI_BASE_URL: 'http://s3cret.example/' }, 'OPENAI_API_KEY'],
    [{ GIGACHAT_BASE_URL: 'https://s3cret.example/' }, 'GIGACHAT_AUTH_KEY'],
    [{ GIGACHAT_AUTH_URL: 'https://s3cret.example/' }, 'GIGACHAT_AUTH_KEY'],
    [{ GIGACHAT_SCOPE: 'GIGACHAT_API_PERS' }, 'GIGACHAT_AUTH_KEY'],
    [{ GIGACHAT_STREAMS: '3' }, 'GIGACHAT_AUTH_KEY'],
    [{ GIGACHAT_CA_FILE: certificate }, 'GIGACHAT_AUTH_KEY'],
  ];
  for (const [env, missing] of halves) {
    const error = problemsOf(env);
    assert.deepEqual(
      error.problems.map(({ code, path }) => [code, path]),
      [['setting_missing', missing]],
    );
    assert.match(error.message, new RegExp(Object.keys(env)[0]!));
    assert.doesNotMatch(error.message, /s3cret/);
  }
});

test('what has the wrong form is refused by the name of its variable', () => {
  const wrong: Record<string, string[]> = {
    OPENAI_API_KEY: ['sk-s3 cret', 'sk-s3cret\n', 'ключ'],
    OPENAI_BASE_URL: ['api.s3cret.example/v1', 'ftp://s3cret', 'https://me:s3cret@proxy.example/v1'],
    GIGACHAT_AUTH_KEY: ['Basic s3cret'],
    GIGACHAT_SCOPE: ['s3cret', 'gigachat_api_pers'],
    // The key and the token would travel in the open.
    GIGACHAT_AUTH_URL: ['s3cret', 'http://s3cret.example/oauth'],
    GIGACHAT_BASE_URL: ['https://', 'http://s3cret.example/api/v1'],
    GIGACHAT_CA_FILE: ['no/s3cret.pem', 'src', 'package.json', broken],
    GIGACHAT_STREAMS: ['0', '1000', '1.5', '-1', ' 2'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const error = problemsOf({ OPENAI_API_KEY: 'k', ...gigachat, [name]: value });
      assert.deepEqual(
        error.problems.map(({ code, path }) => [code, path]),
        [['setting_invalid', name]],
        value,
      );
      assert.doesNotMatch(error.message, /s3cret/);
    }
  }
});

test('no key gets into the log, nor the password of an address', () => {
  const env = {
    OPENAI_API_KEY: 'sk-proj-abc/def',
    OPENAI_BASE_URL: 'https://me:pass%2Fword@proxy.example/v1',
    ...gigachat,
  };
  const lines: string[] = [];
  const log = createLog('info', env, (line) => lines.push(line));
  const secrets = [env.OPENAI_API_KEY, env.GIGACHAT_AUTH_KEY, 'pass%2Fword', 'pass/word'];
  for (const secret of secrets) log.info({ secret, header: `Basic ${secret}`, url: env.OPENAI_BASE_URL }, 'said');
  for (const secret of secrets) assert.ok(!lines.some((line) => line.includes(secret)), secret);
});
