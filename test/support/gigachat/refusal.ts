/** How the service says no: a status, and a message in the form that its errors have. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A field is unknown, missing or wrong. */
export const invalid = (what: string) => new Refusal(422, `Invalid params: ${what}`);

export const badRequest = (what: string) => new Refusal(400, `Bad request: ${what}`);
