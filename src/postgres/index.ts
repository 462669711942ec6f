/** The embedded database: what the rest of the program may use of it. */
export { type DatabaseAddress, toUrl } from './address.ts';
export { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './embedded.ts';
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './errors.ts';
export { type EmbeddedState, inspectEmbedded } from './inspect.ts';
