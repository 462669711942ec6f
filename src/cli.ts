/** The command line: `npm start -- <command>`. Only the door; the commands are in src/cli. */
import { runCommandLine } from './cli/commands.ts';
import { createTerminal } from './cli/terminal.ts';

// Whatever a configuration left open must not keep the process: everything of ours is closed by now.
process.exit(await runCommandLine(process.argv.slice(2), createTerminal()));
