/** Rows against a model of a real screen: what is counted here is what stands there, whatever the text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { createPainter } from '../../../src/channels/terminal/painter.ts';
import { fit, type Row, textWidth, widthOf, wrap } from '../../../src/channels/terminal/spans.ts';

const columns = 20;

function screen() {
  const terminal = new headless.Terminal({ cols: columns, rows: 12, scrollback: 200, allowProposedApi: true });
  let last = Promise.resolve();
  const write = (text: string) => {
    last = new Promise((resolve) => terminal.write(text, resolve));
  };
  const lines = async () => {
    await last;
    const { active } = terminal.buffer;
    const all = Array.from({ length: active.length }, (_, i) => active.getLine(i)!.translateToString(true).trimEnd());
    return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
  };
  return { write, lines, cursor: () => terminal.buffer.active };
}

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'ж', '表', 'e\u0301', '🙂'), maxLength: 30 }),
  fc.constantFrom('\u001b[2J', '\u202eevil', '\u0007', '\r\n', '\t'),
);

test('whatever is printed and painted in turn, what stays stands above and what lives stands below', async () => {
  const step = fc.record({
    print: fc.array(text, { maxLength: 2 }),
    live: fc.array(text, { minLength: 1, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const { write, lines } = screen();
      const painter = createPainter(write, true);
      const printed: Row[] = [];
      let live: Row[] = [];
      for (const one of steps) {
        const more = one.print.flatMap((line) => wrap([[line]], columns, 2));
        printed.push(...more);
        painter.print(more);
        live = one.live.map(
          (line): Row =>
            fit(
              [
                ['> ', 'cyan'],
                [line, 'bold'],
              ],
              columns,
            ),
        );
        painter.show({ rows: live, at: live.length - 1, column: 1 });
      }
      const plainly = (row: Row) =>
        row
          .map(([part]) => part)
          .join('')
          .trimEnd();
      const expected = [...printed, ...live].map(plainly);
      assert.deepEqual(await lines(), expected.slice(0, expected.findLastIndex((line) => line !== '') + 1));
    }),
    { numRuns: 60 },
  );
});

test('rows that did not change are not written again', () => {
  let written = '';
  const painter = createPainter((more) => {
    written += more;
  }, false);
  painter.show({ rows: [[['one']], [['two']]], at: 1, column: 0 });
  written = '';
  painter.show({ rows: [[['one']], [['three']]], at: 1, column: 0 });
  assert.ok(written.includes('three') && !written.includes('one'), JSON.stringify(written));
  written = '';
  painter.show({ rows: [[['one']], [['three']]], at: 1, column: 0 });
  assert.equal(written, '');
});

test('text is cut and broken by the columns that it takes, and marks take none', () => {
  assert.equal(textWidth('表e\u0301🙂'), 5);
  assert.equal(textWidth('\u1112\u1161\u11ab'), 2);
  assert.deepEqual(fit([['表表表']], 5), [['表表…']]);
  assert.deepEqual(fit([['abc'], ['def', 'bold']], 5), [['abc'], ['d…', 'bold']]);
  assert.deepEqual(wrap([['one two three']], 9, 2), [[['one two']], [['  three']]]);
  const rows = wrap([['表'.repeat(30)]], 9);
  assert.ok(rows.every((row) => widthOf(row) <= 9));
});

test('what a terminal would obey, or an eye be deceived by, is spelt out', () => {
  assert.deepEqual(fit([['a\u001b[31mb\u202ec\u200bd\u0085\u00ad']], 80), [
    ['a[U+001B][31mb[U+202E]c[U+200B]d[U+0085][U+00AD]'],
  ]);
  assert.deepEqual(fit([[`z${'\u0300'.repeat(9)}`]], 80), [['z\u0300\u0300\u0300']]);
  assert.deepEqual(fit([['👩‍👩‍👧 👍🏽']], 80), [['👩‍👩‍👧 👍🏽']]);
});
