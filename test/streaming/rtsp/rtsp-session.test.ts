import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';
import {
  cameraScript,
  interleaved,
  reply,
  ScriptedRtspServer,
  SDP,
  type Script,
} from '../../helpers/scripted-rtsp-server.js';
import { pass, watch } from './rtsp-session-harness.js';

const servers: ScriptedRtspServer[] = [];
async function serve(script: Script): Promise<ScriptedRtspServer> {
  const server = await ScriptedRtspServer.start(script);
  servers.push(server);
  return server;
}

/** A packet with the version of RTP. */
const packet = (last: number): Buffer => Buffer.from([0x80, 96, 0, last, 0, 0, 0, 0, 0, 0, 0, 1, last]);

describe('openRtspSession', () => {
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('sends its requests in order, each with its URL, and ends the session with TEARDOWN', async () => {
    const server = await serve(cameraScript());
    const { session, opened } = watch(server.url);
    const { media, transport } = await opened;
    assert.deepEqual([media.codec, media.control, transport], ['h264', 'trackID=1', 'tcp']);
    session.stop();
    session.stop();
    assert.deepEqual(await session.ended, { kind: 'stopped', reason: 'stopped' });
    assert.deepEqual(
      server.requests.map(({ method, url, headers }) => [
        method,
        url.replace(server.url, 'URL'),
        headers.get('session'),
      ]),
      [
        ['OPTIONS', 'URL', undefined],
        ['DESCRIBE', 'URL', undefined],
        ['SETUP', 'URL/trackID=1', undefined],
        ['PLAY', 'URL/', '4711'],
        ['TEARDOWN', 'URL/', '4711'],
      ],
    );
    assert.ok((session.roundTripMs ?? -1) >= 0);
    await server.until(() => server.sockets.every((socket) => socket.destroyed));
  });

  it('opens before the first packet, even if that precedes the reply to PLAY; packets of one read share one time', async () => {
    const server = await serve(
      cameraScript({
        SETUP: (request) => reply(request, '200 OK', { Session: '1', Transport: 'RTP/AVP/TCP;interleaved=4-5' }),
        PLAY: (request) =>
          Buffer.concat([
            interleaved(4, packet(1)),
            interleaved(0, packet(9)),
            Buffer.from(reply(request)),
            interleaved(5, Buffer.from([0x80, 200])),
            interleaved(4, packet(2)),
          ]),
        TEARDOWN: () => undefined,
      }),
    );
    const { session, events, arrivals, opened } = watch(server.url);
    await opened;
    session.sendRtcp(Buffer.from('report'));
    await server.until(() => server.other.length > 0);
    assert.deepEqual(server.other, ['$\x05\0\x06report']);
    assert.deepEqual(events, [
      'open',
      `rtp ${packet(1).toString('hex')}`,
      'rtcp 80c8',
      `rtp ${packet(2).toString('hex')}`,
    ]);
    assert.equal(arrivals[0], arrivals[1]);
    // The TEARDOWN gets no reply.
    session.stop();
    assert.equal((await session.ended).kind, 'stopped');
  });

  it("answers the server's own requests", async () => {
    const server = await serve(cameraScript());
    const { session, opened } = watch(server.url);
    await opened;
    server.send(
      'OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\nGET_PARAMETER * RTSP/1.0\r\nCSeq: 8\r\nSession: 4711\r\n\r\nPAUSE * RTSP/1.0\r\nCSeq: 9\r\n\r\n',
    );
    await server.until(() => server.other.length === 3);
    assert.deepEqual(server.other, [
      'RTSP/1.0 200 OK\nCSeq: 7\nPublic: OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, REDIRECT',
      'RTSP/1.0 200 OK\nCSeq: 8\nSession: 4711',
      'RTSP/1.0 501 Not Implemented\nCSeq: 9',
    ]);
    server.send('REDIRECT * RTSP/1.0\r\nCSeq: 10\r\nLocation: rtsp://elsewhere/\r\n\r\n');
    assert.deepEqual(await session.ended, { kind: 'lost', reason: 'the camera redirects to another address' });
  });

  it('changes to UDP if the server refuses TCP, and reports it', async () => {
    const server = await serve(
      cameraScript({
        SETUP: (request) =>
          request.headers.get('transport')?.includes('TCP') === true
            ? reply(request, '461 Unsupported Transport')
            : reply(request, '200 OK', {
                Session: '1',
                Transport: `${request.headers.get('transport')};server_port=0-0`,
              }),
      }),
    );
    const { session, notices, opened } = watch(server.url, { transport: 'auto' });
    assert.equal((await opened).transport, 'udp');
    assert.match(notices.join(), /uses UDP/);
    const [first, second] = /client_port=(\d+)-(\d+)/
      .exec(server.requests.findLast(({ method }) => method === 'SETUP')?.headers.get('transport') ?? '')!
      .slice(1)
      .map(Number);
    assert.deepEqual([first % 2, second], [0, first + 1]);
    session.stop();
    await session.ended;
  });

  it('does not change to UDP if only TCP was requested', async () => {
    const server = await serve(cameraScript({ SETUP: (request) => reply(request, '461 Unsupported Transport') }));
    assert.deepEqual(await watch(server.url).session.ended, {
      kind: 'refused',
      reason: '461 unsupported transport: try the other one, tcp or udp',
    });
  });

  it('plays the single track if the server refuses to play the aggregate', async () => {
    const server = await serve(
      cameraScript({
        PLAY: (request) =>
          reply(request, request.url.endsWith('trackID=1') ? '200 OK' : '459 Aggregate Operation Not Allowed'),
      }),
    );
    const { session, opened } = watch(server.url);
    await opened;
    session.stop();
    await session.ended;
  });

  it('accepts a server without OPTIONS, and replies without a number', async () => {
    const plain = cameraScript({ OPTIONS: (request) => reply(request, '501 Not Implemented') });
    const server = await serve((request, socket) => {
      const answer = plain(request, socket);
      return typeof answer === 'string' ? answer.replace(/CSeq: .*\r\n/, '') : answer;
    });
    const { session, opened } = watch(server.url);
    await opened;
    session.stop();
    await session.ended;
  });

  for (const [title, exceptions, end] of [
    [
      'no such path',
      { DESCRIBE: '404 Not Found' },
      { kind: 'refused', reason: '404 no such stream: check the path of the URL' },
    ],
    [
      'a user who may not',
      { DESCRIBE: '403 Forbidden' },
      { kind: 'refused', reason: '403 forbidden: this user may not see this stream' },
    ],
    [
      'a server that is full',
      { SETUP: '503 Service Unavailable' },
      {
        kind: 'refused',
        reason: 'the camera answers with a server error: it may be starting, or serve as many clients as it can',
      },
    ],
    [
      'an unknown status',
      { PLAY: '455 Method Not Valid In This State' },
      { kind: 'refused', reason: 'the camera answers PLAY with status 455' },
    ],
    [
      'a missing password',
      { OPTIONS: '401 Unauthorized' },
      { kind: 'refused', reason: '401 unauthorised: check user and password' },
    ],
    ['no description', { DESCRIBE: '200 OK' }, { kind: 'refused', reason: 'the camera does not describe its stream' }],
  ] as const) {
    it(`ends with a reason on ${title}`, async () => {
      const server = await serve(
        cameraScript(
          Object.fromEntries(
            Object.entries(exceptions).map(
              ([method, status]) => [method, (request) => reply(request, status)] as [string, Script],
            ),
          ),
        ),
      );
      assert.deepEqual(await watch(server.url).session.ended, end);
    });
  }

  it('ends as unsupported on a codec that it does not read', async () => {
    const server = await serve(
      cameraScript({ DESCRIBE: (request) => reply(request, '200 OK', {}, SDP.replace('H264', 'VP8')) }),
    );
    assert.deepEqual(await watch(server.url).session.ended, { kind: 'unsupported', reason: 'the video is VP8' });
  });

  it('recognises a web server', async () => {
    const server = await serve(() => 'HTTP/1.1 400 Bad Request\r\n\r\n');
    assert.match((await watch(server.url).session.ended).reason, /^a web server answers at this port/);
  });

  it('ends when the server hangs up: refused in the middle of a reply, lost while it plays', async () => {
    const rude = await serve(
      cameraScript({ DESCRIBE: (request, socket) => void socket.end(reply(request, '200 OK', {}, SDP).slice(0, -10)) }),
    );
    assert.deepEqual(await watch(rude.url).session.ended, {
      kind: 'refused',
      reason: 'the camera closed the connection',
    });
    const server = await serve(cameraScript());
    const { session, opened } = watch(server.url);
    await opened;
    server.sockets[0].end();
    assert.deepEqual(await session.ended, { kind: 'lost', reason: 'the camera closed the connection' });
  });

  it('reports a closed port, and an unknown host name', async () => {
    const gone = await serve(cameraScript());
    const { url } = gone;
    await gone.close();
    servers.pop();
    assert.deepEqual(await watch(url).session.ended, {
      kind: 'away',
      reason: 'connection refused: the machine is there, nothing listens on this port',
    });
    assert.equal((await watch('rtsp://').session.ended).kind, 'unsupported');
  });

  it('gives up on a silent server after the timeout', async () => {
    const scheduler = new VirtualTimeScheduler();
    const server = await serve(() => undefined);
    const { session } = watch(server.url, { scheduler, timeoutMs: 3_000 });
    await server.until(() => server.methods.includes('OPTIONS'));
    pass(scheduler, 3_000);
    assert.deepEqual(await session.ended, { kind: 'away', reason: 'timed out: the camera does not answer' });
  });

  it('ends at once when it is stopped while it connects', async () => {
    const server = await serve(() => undefined);
    const { session } = watch(server.url);
    session.stop();
    assert.equal((await session.ended).kind, 'stopped');
  });

  it('keeps the session alive twice per timeout: with GET_PARAMETER, and with OPTIONS once that is refused', async () => {
    const scheduler = new VirtualTimeScheduler();
    const server = await serve(cameraScript({ GET_PARAMETER: (request) => reply(request, '501 Not Implemented') }));
    const { session, opened, nextAnswer } = watch(server.url, { scheduler });
    await opened;
    const kept = (): string[] =>
      server.requests.slice(4).map(({ method, headers }) => `${method} ${headers.get('session')}`);
    pass(scheduler, 9_999);
    assert.deepEqual(kept(), []);
    for (const ms of [1, 10_000]) {
      const answered = nextAnswer();
      pass(scheduler, ms);
      await answered;
    }
    assert.deepEqual(kept(), ['GET_PARAMETER 4711', 'OPTIONS 4711']);
    session.stop();
    await session.ended;
  });

  it('ends if the server no longer has the session', async () => {
    const scheduler = new VirtualTimeScheduler();
    const server = await serve(cameraScript({ GET_PARAMETER: (request) => reply(request, '454 Session Not Found') }));
    const { session, opened } = watch(server.url, { scheduler });
    await opened;
    pass(scheduler, 10_000);
    assert.deepEqual(await session.ended, {
      kind: 'lost',
      reason: '454 session not found: the camera has forgotten this connection',
    });
  });
});
