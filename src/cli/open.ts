/** Opens the deployment for one command, and closes it whatever happens. */
import { type Baton, openBaton } from '../main.ts';
import type { Call } from './call.ts';

/**
 * `work`: this process also drives runs. Without it, it only looks and writes down what the person says. `chats`: it is
 * in the chats as well.
 */
export async function withBaton<T>(
  call: Call,
  work: boolean,
  act: (baton: Baton) => Promise<T>,
  chats = false,
): Promise<T> {
  const baton = await openBaton(call.settings, { work, chats, onProgress: call.terminal.err });
  try {
    return await act(baton);
  } finally {
    await baton.close();
  }
}
