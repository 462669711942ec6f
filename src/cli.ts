/** The command line: `npm start -- <command>`. Only the door; the commands are in src/cli. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled once and not at every start: half the time to the prompt, and less memory for as long as it is open. Loaded
// before anything else, hence the imports below. Where nothing can be written, Node does without.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/baton', import.meta.url)));
const [{ runCommandLine }, { createTerminal }] = await Promise.all([
  import('./cli/commands.ts'),
  import('./cli/terminal.ts'),
]);

// Whatever a configuration left open must not keep the process: everything of ours is closed by now.
process.exit(await runCommandLine(process.argv.slice(2), createTerminal()));
