/** Who the token belongs to. A Slack that is away is waited for; a token that is wrong is reported, and tried again. */
import type { ChannelLog } from '../door.ts';
import type { Api } from './api.ts';
import type { Identity } from './arrivals.ts';
import { pause } from './bolt.ts';
import { unauthorised } from './send.ts';

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
const afterUnauthorisedMs = 60_000;

/** Resolves when it is known, or with null when it is not wanted any more. */
export async function identify(
  api: Api,
  log: ChannelLog,
  signal: AbortSignal,
  onProblem: (detail: string) => void,
): Promise<Identity | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    const result = await api.call('auth.test', {});
    if (result.ok) {
      const { team_id, user_id, bot_id } = result.data;
      return { team: String(team_id), user: String(user_id), bot: String(bot_id) };
    }
    const { failure } = result;
    const error = failure.kind === 'refused' ? failure.error : failure.kind;
    const isWrong = unauthorised.includes(error);
    if (isWrong) log.error({ error }, 'Slack does not accept the bot token');
    else log.warn({ error }, 'Slack cannot be reached');
    onProblem(error);
    const delayMs = Math.min(firstDelayMs * 2 ** failures, longestDelayMs);
    await pause(isWrong ? afterUnauthorisedMs : failure.kind === 'limited' ? failure.ms : delayMs, signal);
  }
  return null;
}
