import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { resolveRun } from '../../../../src/config/run-config.js';
import { redact } from '../../../../src/config/redact.js';
import { secretsIn } from '../../../../src/config/settings.js';
import { BUILT_IN_PARTS, RUN_KEYS } from '../../../../src/app/parts.js';
import type { Settings } from '../../../../src/config/run-keys.js';
import { UsageError } from '../../../../src/core/errors.js';
import type { SinkContext } from '../../../../src/streaming/sinks/sink-kind.js';
import { post } from '../../../../src/streaming/sinks/webhook/post.js';
import { webhookKind } from '../../../../src/streaming/sinks/webhook/kind.js';
import { HttpServers } from '../../../helpers/http-servers.js';
import { percepts, play, standing } from '../../../scene/scene-percepts.js';

const clock = { now: () => 0, toUnixMs: (ms: number) => 1_700_000_000_000 + ms };
const settingsOf = (webhook: object, camera: object = { objects: {} }): Settings => ({
  cameras: { gate: { source: 'demo:1', ...camera } },
  webhook,
});
const resolved = (webhook: object, camera?: object) =>
  resolveRun(settingsOf(webhook, camera), [], BUILT_IN_PARTS).sinks.find(({ kind }) => kind === 'webhook')!.settings;

describe('the webhook', () => {
  const servers = new HttpServers();
  afterEach(() => servers.close());
  const told: string[] = [];
  const open = (settings: Readonly<Record<string, unknown>>) =>
    webhookKind.open.open(settings, {
      clock,
      wallClock: clock,
      header: { runId: 'run', unixUsAtZero: 0 },
      onWarning: (message: string) => told.push(message),
    } as unknown as SinkContext);

  it('gets the chosen events as the messages of the feed, with its headers', async () => {
    const got: { readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> }[] = [];
    const url = await servers.serve((request, response) => {
      let text = '';
      request.on('data', (bytes: Buffer) => (text += String(bytes)));
      request.on('end', () => {
        got.push({ headers: request.headers, body: JSON.parse(text) as Record<string, unknown> });
        response.writeHead(204, { connection: 'close' }).end();
      });
    });
    const sink = await open(resolved({ url: `${url}/hook?key=1`, token: 's3cret', headers: ['X-Site: north'] }));
    for (const event of play({}, percepts([standing(0.5, 0.8)])).events) sink.writeScene!(event);
    await sink.close();
    assert.deepEqual(
      got.map(({ body }) => [body['schema'], body['type'], body['phase'], body['stream']]),
      [
        ['nowcast.scene/1', 'object', 'start', 'gate'],
        ['nowcast.scene/1', 'object', 'end', 'gate'],
      ],
    );
    assert.equal(got[0].body['at'], 1_700_000_005_000);
    const { authorization, 'x-site': site, 'nowcast-delivery': id, 'content-type': type } = got[0].headers;
    assert.deepEqual(
      [authorization, site, id, type],
      ['Bearer s3cret', 'north', 'run-1', 'application/json; charset=utf-8'],
    );
    assert.deepEqual(told, []);
  });

  const posted = async (listener: RequestListener, timeoutMs = 5000) =>
    post(
      { url: await servers.serve(listener), headers: {}, timeoutMs, nowMs: () => 0 },
      '{}',
      'run-1',
      new AbortController().signal,
    );

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = [];
    const answer = await posted(({ url }, response) => {
      paths.push(url);
      response.writeHead(307, { location: '/elsewhere', connection: 'close' }).end();
    });
    assert.deepEqual([answer.outcome, paths], ['refused', ['/']]);
  });

  for (const [status, outcome] of [
    [200, 'taken'],
    [400, 'refused'],
    [401, 'refused'],
    [408, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ] as const)
    it(`counts an answer ${status} as ${outcome}`, async () => {
      const answer = await posted((_, response) => {
        response.writeHead(status, { connection: 'close', 'retry-after': '7' }).end('words');
      });
      assert.equal(answer.outcome, outcome);
      if (answer.outcome === 'failed') assert.equal(answer.retryAfterMs, 7000);
    });

  it('waits for a silent server only as long as it may', async () => {
    const answer = await posted(() => undefined, 20);
    assert.deepEqual(answer, { outcome: 'failed', why: 'no answer within 0.02 s' });
  });

  it('posts for as long as the run lasts without a trace in its signal', async () => {
    const { signal } = new AbortController();
    const during: number[] = [];
    const url = await servers.serve((_, response) => {
      during.push(getEventListeners(signal, 'abort').length);
      response.writeHead(204, { connection: 'close' }).end();
    });
    const answer = await post({ url, headers: {}, timeoutMs: 5000, nowMs: () => 0 }, '{}', 'run-1', signal);
    assert.deepEqual([answer.outcome, during, getEventListeners(signal, 'abort').length], ['taken', [1], 0]);
  });

  it('says why a server cannot be reached', async () => {
    const server = await servers.serve(() => undefined);
    await servers.close();
    const answer = await post(
      { url: server, headers: {}, timeoutMs: 5000, nowMs: () => 0 },
      '{}',
      'run-1',
      new AbortController().signal,
    );
    assert.deepEqual(answer, { outcome: 'failed', why: 'ECONNREFUSED' });
  });

  it('is refused with a reason where it would post nothing', () => {
    const url = 'https://example.org/hook';
    for (const [webhook, camera, message] of [
      [{}, { objects: {} }, /webhook.url is missing/],
      [{ url, events: ['begin'] }, { objects: {} }, /webhook.events has "begin"; choose among start, update/],
      [{ url, cameras: ['yard'] }, { objects: {} }, /webhook.cameras has "yard".*it has gate/],
      [
        { url, headers: ['Authorization=Bearer tooth-fairy'] },
        { objects: {} },
        /^webhook.headers: item 1 is no header; write it as "Name: value"$/,
      ],
      [{ url }, {}, /none of its cameras has any of them/],
    ] as const)
      assert.throws(
        () => resolved(webhook, camera),
        (error) => error instanceof UsageError && message.test(error.message),
      );
  });

  it('shows no secret of its address and headers', () => {
    const settings = settingsOf({
      url: 'https://hooks.example.org/services/T0AB12CD/s3cretpathpart',
      headers: ['Authorization: Basic dG9vdGg6ZmFpcnk='],
    });
    const secrets = secretsIn(RUN_KEYS, settings);
    const shown = JSON.stringify(redact(settings, secrets));
    for (const secret of ['T0AB12CD', 's3cretpathpart', 'dG9vdGg6ZmFpcnk']) assert.ok(!shown.includes(secret), shown);
    assert.match(shown, /hooks\.example\.org/);
    const text = String(redact('Authorization is https, posted to https://hooks.example.org/ok', secrets));
    assert.match(text, /^Authorization is https, posted to https:\/\/hooks\.example\.org/);
  });
});
