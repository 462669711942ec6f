/** What an app may send to a response_url: five times within half an hour. */
import { contentsOf, post } from './chat.ts';
import { isObject } from './check.ts';
import { type OpenView, Refused, type ResponseUrl, type Trigger, type Workspace } from './workspace.ts';

const fields = new Set([
  'text',
  'blocks',
  'response_type',
  'replace_original',
  'delete_original',
  'thread_ts',
  'unfurl_links',
  'unfurl_media',
  'metadata',
]);

export function newResponseUrl(workspace: Workspace, given: Omit<ResponseUrl, 'at' | 'uses'>): string {
  const id = workspace.id('R');
  workspace.responseUrls.set(id, { ...given, at: workspace.now(), uses: 0 });
  return `${workspace.origin}/response/${id}`;
}

export function newTrigger(workspace: Workspace, user: string, view?: OpenView): string {
  const id = `${workspace.id('').slice(1)}.${workspace.id('').slice(1)}.local`;
  const trigger: Trigger = { user, at: workspace.now(), used: false, ...(view ? { view: view.id } : {}) };
  workspace.triggers.set(id, trigger);
  return id;
}

export function respond(workspace: Workspace, id: string, body: unknown): string {
  const url = workspace.responseUrls.get(id);
  if (!url) throw new Refused('invalid_url');
  if (workspace.now() - url.at >= (workspace.options.responseUrlMs ?? 30 * 60_000)) throw new Refused('expired_url');
  if (url.uses >= 5) throw new Refused('used_url');
  if (!isObject(body)) throw new Refused('invalid_arguments', ['[ERROR] must provide a JSON object']);
  const unknown = Object.keys(body).filter((name) => !fields.has(name));
  if (unknown.length > 0)
    throw new Refused(
      'invalid_arguments',
      unknown.map((name) => `unknown argument: ${name}`),
    );
  url.uses += 1;
  show(workspace, url, body);
  return 'ok';
}

/** Shows a message that came as an answer: to the one who acted alone, unless it says `in_channel`. */
export function show(workspace: Workspace, place: Omit<ResponseUrl, 'at' | 'uses'>, body: Record<string, unknown>) {
  const { message: original } = place;
  if (body.delete_original === true) {
    const index = original ? workspace.messages.indexOf(original) : -1;
    if (index < 0) throw new Refused('message_not_found');
    workspace.messages.splice(index, 1);
    return;
  }
  const contents = contentsOf(workspace, 'response_url', body, 40_000);
  if (body.replace_original === true) {
    if (!original || !workspace.messages.includes(original)) throw new Refused('message_not_found');
    Object.assign(original, contents, { edits: original.edits + 1 });
    return;
  }
  post(workspace, place.channel, {
    ...contents,
    ...(typeof body.thread_ts === 'string' ? { thread_ts: body.thread_ts } : {}),
    ...(body.response_type === 'in_channel' ? {} : { onlyFor: place.user }),
  });
}
