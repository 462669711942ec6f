/** How the calculator is asked, wherever people write. */

/**
 * The numbers of `estimate 200 5`, as they were written; none of `estimate` alone. Null for anything else: an estimate of
 * something that is no number is a task.
 */
export function readEstimate(text: string): string[] | null {
  const found = /^(?:estimate|смета|оценка)(?:\s+([-+]?[.,]?\d\S*(?:\s+\S+)?))?$/iu.exec(text.trim());
  return found && (found[1]?.split(/\s+/) ?? []);
}
