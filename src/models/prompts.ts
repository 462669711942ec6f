/**
 * The instructions of the thinker, from the files beside this one. They are the same for every request of their kind, so
 * that a provider can keep them, and are known by their digest, so that the journal says by which of them was thought.
 */
import { readFileSync } from 'node:fs';
import { digest } from '../core/digest.ts';

export const promptNames = ['intake', 'plan', 'closing', 'briefing'] as const;
export type PromptName = (typeof promptNames)[number];

export interface StoredPrompt {
  name: PromptName;
  text: string;
  /** Of the text. */
  digest: string;
}

/** Reads the instructions of one kind. */
function load(name: PromptName): StoredPrompt {
  const text = readFileSync(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8').trim();
  return { name, text, digest: digest(text) };
}

/** All of them, read once, when the process starts. */
export const prompts: readonly StoredPrompt[] = promptNames.map(load);

export const instructionsOf = (name: PromptName): string => prompts.find((prompt) => prompt.name === name)!.text;
