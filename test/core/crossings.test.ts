/** Reads the source of core: what touches the outside world is inside a crossing, and each place has its own name. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  cancelling,
  conversing,
  elsewhere,
  looking,
  passed,
  paying,
  rare,
  stopping,
  sweeping,
} from '../chaos/places.ts';

const core = fileURLToPath(new URL('../../src/core', import.meta.url));

interface Site {
  file: string;
  name: string;
  /** What the call encloses, as offsets into the file. */
  from: number;
  to: number;
}

interface Source {
  file: string;
  text: string;
}

const sources: Source[] = globSync('**/*.ts', { cwd: core })
  .sort()
  .map((file) => ({ file, text: blank(readFileSync(`${core}/${file}`, 'utf8')) }));

/** Comments become spaces, so that offsets stay and brackets in prose do not count. */
function blank(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));
}

/** The offset of the bracket that closes the one at `from`. Brackets inside SQL come in pairs as well. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1;
    if (text[i] === ')') depth -= 1;
    if (depth === 0) return i;
  }
  throw new Error('unbalanced');
}

/** Calls of `crossing`, `timer` and `transaction` with the names they are given. */
const sites: Site[] = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/(?<![\w.#])(?:crossing|timer|pause)(?:<[^>(]*>)?\(\s*'(\w+)'|\.transaction\('(\w+)'/g)].map(
    (match) => {
      const open = text.indexOf('(', match.index);
      return { file, name: (match[1] ?? match[2])!, from: open, to: closing(text, open) };
    },
  ),
);

const insideSite = (file: string, at: number): boolean =>
  sites.some((site) => site.file === file && site.from < at && at < site.to);

/** The top-level function or constant that an offset is in. */
function ownerOf(text: string, at: number): string {
  const heads = [...text.slice(0, at).matchAll(/^(?:export )?(?:async )?(?:function\*?|const|class) (\w+)/gm)];
  return heads.at(-1)?.[1] ?? '';
}

/** Whether an offset is inside a crossing, itself or through all of those who call its function. */
function isCovered(source: Source, at: number, seen: readonly string[] = []): boolean {
  if (insideSite(source.file, at)) return true;
  const owner = ownerOf(source.text, at);
  if (owner === '' || seen.includes(owner)) return false;
  const callers = sources.flatMap((one) =>
    [...one.text.matchAll(new RegExp(`(?<![\\w.])${owner}(?:<[^>(]*>)?\\(`, 'g'))]
      .filter(({ index }) => !/(?:function\*?|const) $/.test(one.text.slice(0, index)))
      .map(({ index }) => ({ one, index })),
  );
  return callers.length > 0 && callers.every(({ one, index }) => isCovered(one, index, [...seen, owner]));
}

function bare(pattern: RegExp, within: (file: string) => boolean): string[] {
  return sources
    .filter(({ file }) => within(file))
    .flatMap((source) =>
      [...source.text.matchAll(pattern)]
        .filter(({ index }) => !isCovered(source, index))
        .map(({ index }) => `${source.file}: ${ownerOf(source.text, index)}: ${source.text.slice(index, index + 40)}`),
    );
}

test('everything that writes to Postgres is inside a crossing', () => {
  const writes = /\b(insert into \w+|update \w+ (?:\w+ )?set\b|delete from \w+)/g;
  const found = sources
    .filter(({ file }) => file.startsWith('store/'))
    .flatMap(({ text }) => [...text.matchAll(writes)]);
  assert.ok(found.length >= 15, 'the search still finds statements');
  assert.deepEqual(
    bare(writes, (file) => file.startsWith('store/')),
    [],
  );
});

test('nothing outside the store writes SQL', () => {
  assert.deepEqual(
    bare(/\b(insert into \w+|update \w+ set\b|delete from \w+|pg_notify)/g, (file) => !file.startsWith('store/')),
    [],
  );
});

test('every call of an agent, a model or a channel that sends is inside a crossing', () => {
  const calls = /\b(transporter\.call|provider\.(?:understand|plan|word!?)|channel\.send)\(/g;
  const found = sources.flatMap(({ text }) => [...text.matchAll(calls)].map(([, call]) => call));
  assert.deepEqual(found.sort(), [
    'channel.send',
    'provider.plan',
    'provider.understand',
    'provider.word!',
    'transporter.call',
  ]);
  assert.deepEqual(
    bare(calls, () => true),
    [],
  );
});

test('every timer is a named one', () => {
  const timers = sources
    .filter(({ file }) => file !== 'crossing.ts')
    .flatMap(({ file, text }) => [...text.matchAll(/\bset(?:Timeout|Interval)\b|timers\/promises/g)].map(() => file));
  assert.deepEqual(timers, []);
});

test('no two places share a name', () => {
  const names = sites.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

test('every place is passed by the test that kills, or listed with the reason why it is not', () => {
  const known = [
    ...passed,
    ...stopping,
    ...sweeping,
    ...conversing,
    ...cancelling,
    ...paying,
    ...looking,
    ...rare,
    ...Object.keys(elsewhere),
  ];
  const names = sites.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => !known.includes(name)),
    [],
    'new places: list them in places.ts',
  );
  assert.deepEqual(
    known.filter((name) => !names.includes(name)),
    [],
    'places that are gone',
  );
});
