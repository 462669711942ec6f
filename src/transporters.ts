/** The ways in which a deployment reaches its agents. */
import { createAddressGuard } from './agents/address-guard.ts';
import { createFunctionTransporter, type IsolateOptions } from './agents/function.ts';
import { createHttpTransporter } from './agents/http.ts';
import { createPromptTransporter } from './agents/prompt.ts';
import { createWebhookTransporter } from './agents/webhook.ts';
import { processEnvironment } from './config.ts';
import type { Transporter } from './contracts/agent.ts';
import type { Configuration } from './contracts/config.ts';
import type { Models } from './contracts/model.ts';

/** `models` null: agents that are prompts say at each call that no model is set up. */
export const createTransporters = (
  { network }: Configuration,
  isolate?: IsolateOptions,
  models: Models | null = null,
): Transporter[] => [
  createFunctionTransporter(isolate),
  createWebhookTransporter({}),
  createHttpTransporter({
    guard: createAddressGuard(network),
    // Read at each call, and kept nowhere.
    secrets: (name) => processEnvironment()[name],
  }),
  createPromptTransporter({ models }),
];
