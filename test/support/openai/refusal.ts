/** How the API says no (https://developers.openai.com/api/docs/guides/error-codes). */

export interface ErrorBody {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, message: string, more: Partial<ErrorBody> = {}) {
    super(message);
    this.status = status;
    this.body = { message, type: 'invalid_request_error', param: null, code: null, ...more };
  }
}

/** The request itself is wrong. */
export const bad = (message: string, param: string | null, code: string | null = 'invalid_value') =>
  new Refusal(400, message, { param, code });
