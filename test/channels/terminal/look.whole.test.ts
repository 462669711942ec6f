/** What a person sees from the first line to the last, at two widths and in two languages, and the same through a pipe. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baton } from '../../cli/command.ts';
import { blocksOf, unsaid } from '../../support/documents.ts';
import { keys, place, remembered, steady, tasks } from './place.ts';
import { openPty } from './pty.ts';

const ready = { en: /Ready: [\s\S]*\n›/, ru: /Готово: [\s\S]*\n›/ };
const asked = { en: /\[a\] Approve/, ru: /\[a\] / };
const over = { en: /✓ Completed[\s\S]*\n›/, ru: /✓ Выполнено[\s\S]*\n›/ };

describe('a whole session', { concurrency: 3 }, () => {
  for (const language of ['en', 'ru'] as const) {
    for (const columns of [60, 120]) {
      test(`a refund is asked for, approved and told in ${columns} columns (${language})`, async () => {
        await using at = await place(language);
        await using pty = openPty({ columns, rows: 40, env: at.env });
        await pty.until(ready[language]);
        pty.type(`${tasks[language]}${keys.enter}`);
        const question = await pty.until(asked[language]);
        pty.type('a');
        await pty.until(over[language]);
        pty.type(keys.end);
        assert.equal(await pty.ended, 0);
        const seen = steady(`${question}\n${'='.repeat(columns)}\n${pty.screen()}`);
        assert.equal(seen, remembered(`${language}-${columns}`, seen));
        const [shown] = blocksOf('README.md').filter((block) => block.language === 'screen');
        const promised = steady(shown!.text)
          .split('\n')
          .filter((line) => line !== '');
        if (language === 'en' && columns === 120) assert.equal(unsaid(promised, steady(question)), null);
        const tooWide = seen.split('\n').filter((line) => [...line].length > columns);
        assert.deepEqual(tooWide, []);
      });
    }

    test(`the same through a pipe is plain lines (${language})`, async () => {
      await using at = await place(language);
      const { code, out, err } = await baton(at.database.url, [], {
        env: at.env,
        input: `${tasks[language]}\napprove\n`,
      });
      assert.equal(code, 0, err);
      assert.equal(err, '');
      assert.deepEqual([out.includes('\u001b'), out.includes('\r')], [false, false]);
      const seen = steady(out.trimEnd());
      assert.equal(seen, remembered(`${language}-pipe`, seen));
    });
  }
});
