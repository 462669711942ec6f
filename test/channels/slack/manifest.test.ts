import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const manifest = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')) as {
    oauth_config: { scopes: { bot: string[]; user?: string[] } };
    settings: Record<string, unknown> & {
      event_subscriptions: { request_url?: string; bot_events: string[] };
      interactivity: { is_enabled: boolean; request_url?: string };
    };
    features: {
      app_home: Record<string, boolean>;
      slash_commands: Record<string, unknown>[];
      shortcuts: Record<string, unknown>[];
    };
  };

const socket = manifest('slack-manifest.json');
const http = manifest('slack-manifest-http.json');

test('the app asks for the scopes that it uses, and no more', () => {
  for (const { oauth_config, settings, features } of [socket, http]) {
    assert.deepEqual(oauth_config.scopes, {
      bot: ['app_mentions:read', 'chat:write', 'commands', 'files:write', 'im:history', 'im:write', 'users:read'],
    });
    assert.deepEqual(settings.event_subscriptions.bot_events, ['app_home_opened', 'app_mention', 'message.im']);
    assert.equal(settings.interactivity.is_enabled, true);
    assert.deepEqual(features.app_home, {
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
    assert.equal(features.slash_commands[0]?.command, '/baton');
    assert.equal(features.slash_commands[0]?.should_escape, true);
    assert.deepEqual(
      features.shortcuts.map(({ type, callback_id }) => [type, callback_id]),
      [['message', 'baton_task']],
    );
  }
});

test('one manifest is for Socket Mode, the other names the door', () => {
  assert.equal(socket.settings.socket_mode_enabled, true);
  assert.equal(socket.settings.event_subscriptions.request_url, undefined);
  assert.equal(http.settings.socket_mode_enabled, false);
  const urls = [
    http.settings.event_subscriptions.request_url,
    http.settings.interactivity.request_url,
    http.features.slash_commands[0]?.url,
  ];
  for (const url of urls) assert.match(String(url), /^https:\/\/.+\/slack\/events$/);
});
