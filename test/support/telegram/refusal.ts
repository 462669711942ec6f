/** How the server says no, in the words of the platform. */

export interface ErrorParameters {
  retry_after?: number;
  migrate_to_chat_id?: number;
}

/** Why a refusal is the fault of who called: what it sent has a wrong shape, or wrong content. */
export type Blame = 'parameters' | 'content' | null;

export class Refusal extends Error {
  readonly code: number;
  readonly parameters: ErrorParameters | null;
  readonly blame: Blame;

  constructor(code: number, description: string, parameters: ErrorParameters | null = null, blame: Blame = null) {
    super(description);
    this.code = code;
    this.parameters = parameters;
    this.blame = blame;
  }
}

/** The state of the world forbids it: no mistake of who called. */
export const bad = (what: string, parameters: ErrorParameters | null = null) =>
  new Refusal(400, `Bad Request: ${what}`, parameters);

/** No bot should ever have sent this text, button or command. */
export const badContent = (what: string) => new Refusal(400, `Bad Request: ${what}`, null, 'content');

/** A parameter is unknown, missing or of another type. */
export const badParameters = (what: string) => new Refusal(400, `Bad Request: ${what}`, null, 'parameters');

export const forbidden = (what: string) => new Refusal(403, `Forbidden: ${what}`);

export const conflict = (what: string) => new Refusal(409, `Conflict: ${what}`);

export const tooMany = (seconds: number) =>
  new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
