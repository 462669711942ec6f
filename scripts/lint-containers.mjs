// Lints Dockerfile and compose.yaml without Docker: `node scripts/lint-containers.mjs [folder]`. The first by the grammar
// and rules of the language server, the second by the schema of the Compose specification and the rules below.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { validate, ValidationSeverity } = require('dockerfile-utils');
const { DCLinter } = require('dclint');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(process.argv[2] ?? root);

/** The order of keys is a matter of taste, and ours explains; the rest holds. */
const rules = {
  'no-build-and-image': 2,
  'no-unbound-port-interfaces': 2,
  'require-project-name-field': 2,
  'service-image-require-explicit-tag': 2,
  'require-quotes-in-ports': 2,
  'service-keys-order': 0,
  'service-dependencies-alphabetical-order': 2,
  'services-alphabetical-order': 2,
  'top-level-properties-order': 2,
};

function lintDockerfile() {
  const { ERROR } = ValidationSeverity;
  const settings = {
    deprecatedMaintainer: ERROR,
    directiveCasing: ERROR,
    emptyContinuationLine: ERROR,
    instructionCasing: ERROR,
    instructionCmdMultiple: ERROR,
    instructionEntrypointMultiple: ERROR,
    instructionHealthcheckMultiple: ERROR,
    instructionJSONInSingleQuotes: ERROR,
    instructionWorkdirRelative: ERROR,
  };
  const text = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  return validate(text, settings).map(({ range, message }) => `Dockerfile:${range.start.line + 1}: ${message}`);
}

function lintCompose() {
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
  return linter
    .lintFiles([join(folder, 'compose.yaml')], false)
    .flatMap(({ messages }) => messages.map(({ line, message, rule }) => `compose.yaml:${line}: ${message} (${rule})`));
}

const problems = [...lintDockerfile(), ...lintCompose()];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
