import { setTimeout } from 'node:timers/promises';
import { UsageError } from '../../../core/errors.js';
import type { Keys } from '../../../core/keys.js';
import type { SceneEvent } from '../../../core/scene-events.js';
import { toSceneMessage } from '../../feed/scene-messages.js';
import { SCENE_EVENTS_SCHEMA } from '../events/scene-event-file.js';
import { sinkKind } from '../sink-kind.js';
import { Deliveries } from './deliveries.js';
import { post } from './post.js';

const EVENTS = ['start', 'update', 'end', 'crossing', 'count'] as const;

const keys = {
  url: {
    type: 'text',
    isSecret: true,
    description: 'Address to which each event is posted as JSON. Its path and parameters stay out of every output.',
    allowed: 'an address that begins with http:// or https://',
    check: checkUrl,
  },
  events: {
    type: 'list',
    description: 'Events to post: the life of an object (`start`, `update`, `end`), crossings of lines, and counts.',
    allowed: `a list of ${EVENTS.join(', ')}`,
    default: 'start,end,crossing',
  },
  cameras: {
    type: 'list',
    description: 'Cameras whose events are posted.',
    allowed: 'a list of names',
    defaultRule: 'all',
  },
  token: {
    type: 'text',
    isSecret: true,
    env: 'NOWCAST_WEBHOOK_TOKEN',
    description: 'Sent as `Authorization: Bearer …`.',
    defaultRule: 'NOWCAST_WEBHOOK_TOKEN',
  },
  headers: {
    type: 'list',
    isSecret: true,
    description: 'Further headers. Their values stay out of every output.',
    allowed: 'a list of texts such as "X-Site: north"',
  },
  timeout: { type: 'duration', description: 'An attempt without an answer ends after this time.', default: '5s' },
} as const satisfies Keys;

export const webhookKind = sinkKind({
  name: 'webhook',
  section: {
    name: 'webhook',
    description: 'Address to which events of objects are posted; without this section, none.',
  },
  keys,
  check({ url, events, cameras = [], headers }, sources) {
    if (url === undefined)
      throw new UsageError('webhook.url is missing; it must be an address that begins with http:// or https://');
    const unknown = events.find((name) => !EVENTS.some((event) => event === name));
    if (unknown !== undefined)
      throw new UsageError(`webhook.events has "${unknown}"; choose among ${EVENTS.join(', ')}`);
    const missing = cameras.find((name) => !sources.some(({ id }) => id === name));
    if (missing !== undefined)
      throw new UsageError(
        `webhook.cameras has "${missing}", and the run has no such camera (it has ${sources.map(({ id }) => id).join(', ')})`,
      );
    headersOf(headers ?? []);
    if (!sources.some(({ id, hasScene }) => hasScene && (cameras.length === 0 || cameras.includes(id))))
      throw new UsageError(
        'webhook is about zones, lines and objects, and none of its cameras has any of them; add zones, lines or objects under cameras.<name>, or --zones FILE.yaml',
      );
  },
  open({ url = '', events, cameras, token, headers = [], timeout }, { header, clock, wallClock, onWarning }) {
    const toUnixMs = (monotonicMs: number): number => wallClock.toUnixMs(monotonicMs);
    const target = {
      url,
      timeoutMs: timeout,
      headers: {
        ...headersOf(headers),
        'user-agent': 'nowcast',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      nowMs: () => toUnixMs(clock.now()),
    };
    const deliveries = new Deliveries({
      post: (body, id, signal) => post(target, body, id, signal),
      clock,
      wait: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
      random: Math.random,
      runId: header.runId ?? String(header.unixUsAtZero),
      onWarning,
    });
    return Promise.resolve({
      write: () => undefined,
      writeScene(event) {
        if (!events.includes(nameOf(event)) || (cameras !== undefined && !cameras.includes(event.streamId))) return;
        deliveries.add(JSON.stringify({ schema: SCENE_EVENTS_SCHEMA, ...toSceneMessage(event, toUnixMs) }));
      },
      close: () => deliveries.close(),
      files: [],
      health: () => ({ lost: deliveries.lost }),
    });
  },
});

function nameOf(event: SceneEvent): string {
  return event.type === 'object' ? event.phase : event.type;
}

/** @throws UsageError for anything but an address of the web */
function checkUrl(text: string): void {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new UsageError('it must be an address that begins with http:// or https://');
  const { username, password } = new URL(text);
  if (username !== '' || password !== '')
    throw new UsageError('it holds a user or a password; put them into webhook.headers as "Authorization: Basic …"');
}

/** @throws UsageError naming a header that is none, not its value */
function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line, i) => {
      const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([\x20-\x7e]*)$/.exec(line) ?? [];
      if (name === undefined)
        throw new UsageError(`webhook.headers: item ${i + 1} is no header; write it as "Name: value"`);
      return [name.toLowerCase(), value];
    }),
  );
}
