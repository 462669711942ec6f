/** A way in over HTTP that a channel wants opened: whoever composes the process has the one server. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Door {
  /** The path, without a query: `/telegram`. */
  readonly path: string;
  /** Answers a request, and never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** What a channel logs: constant messages with named fields; never a text, a token or an address with one in it. */
export interface ChannelLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
