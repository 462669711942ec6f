/** The modules of this installation by address: sources in a clone, compiled ones in the package. */
import { extname } from 'node:path';

const extension = extname(import.meta.url);

/** Whether this is the compiled package and not a clone. */
export const isCompiled = extension === '.js';

/** The address of a module of `src`, by its name without extension. */
export const ownModule = (name: string): URL => new URL(`./${name}${extension}`, import.meta.url);

/** How a person calls the command line. */
export const invocation = isCompiled ? 'npx baton' : 'npm start --';
