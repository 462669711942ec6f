/** The guide to models: its deployment holds, its agent holds, and what it says of defaults is what the code does. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPromptTransporter } from '../src/agents/prompt.ts';
import { createRegistry } from '../src/core/registry.ts';
import { priceTables } from '../src/models/prices/tables.ts';
import { resolveTiers } from '../src/models/tiers.ts';
import { blocksOf, emptyFolder, root } from './support/documents.ts';

const [deployment, agent] = blocksOf('docs/models.md').filter(({ language }) => language === 'ts');
const payBack = blocksOf('README.md').filter(({ language }) => language === 'ts')[0]!;

test('the deployment of the guide holds, and compiles for a strict user', async () => {
  using folder = emptyFolder();
  folder.write('pay-back.ts', payBack.text);
  folder.write('baton.config.ts', deployment!.text);
  const configuration = await folder.load();
  createRegistry(configuration);
  const tiers = resolveTiers(configuration.models ?? {}, ['openai', 'gigachat'], priceTables);
  assert.equal(tiers.light.first?.model, 'GigaChat-2');
  assert.equal(tiers.light.fallback, 'rules');
  assert.equal(await folder.check(), '');
});

test('the prompt agent of the guide holds', async () => {
  using folder = emptyFolder();
  folder.write('sentiment.ts', agent!.text);
  const configuration = '{ routes: [], agents: [sentiment], people: {} }';
  const registry = createRegistry(await folder.configure("import { sentiment } from './sentiment.ts';", configuration));
  const registered = registry.agents.get('text.sentiment@1')!;
  assert.deepEqual(createPromptTransporter({ models: null }).problems?.(registered.agent), []);
  assert.equal(await folder.check(), '');
});

test('the models that the guide names are the defaults of the tiers', () => {
  const text = readFileSync(join(root, 'docs/models.md'), 'utf8');
  for (const { models } of priceTables) {
    for (const tier of ['light', 'mid', 'strong'] as const) {
      assert.match(text, new RegExp(`^\\| ${tier} \\|.*\\b${models[tier].replaceAll('.', '\\.')}\\b`, 'm'));
    }
  }
});

test('every block that is not run says why', () => {
  const untried = blocksOf('docs/models.md').filter(({ language, unrun }) => language !== 'ts' && unrun === null);
  assert.deepEqual(untried, []);
});
