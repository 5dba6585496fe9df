import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Frame } from '../../../src/core/frame.js';
import { letterbox } from '../../../src/core/fit.js';
import { servicePage } from '../../../src/streaming/live-page/service-page.js';
import { LivePictures } from '../../../src/streaming/live-video/live-pictures.js';
import { LIVE_BYTES, LIVE_HEAD_BYTES, LIVE_SUBPROTOCOL } from '../../../src/streaming/live-video/live-messages.js';
import type { FollowedUnit, UnitFollower } from '../../../src/streaming/originals/answer.js';
import { refusalOf, startFeed, type FeedHarness } from '../feed/feed-harness.js';
import { unit } from './coded.js';

const INPUT = { width: 32, height: 32 };

/** A service with one camera whose coded units the test sends. */
class Service {
  readonly followers = new Set<UnitFollower>();
  /** Sent at the beginning of each following. */
  kept: FollowedUnit[] = [];
  why: string | undefined;
  follows = 0;
  readonly live = new LivePictures({
    originals: {
      follow: (_, follower) => {
        this.follows += 1;
        this.followers.add(follower);
        for (const one of this.kept) follower.onUnit(one);
        if (this.why !== undefined) follower.onNone(this.why);
        return () => void this.followers.delete(follower);
      },
    },
    full: {
      follow: (_, { onUnit }) => {
        onUnit(coded(7, true));
        return () => undefined;
      },
    },
    hasCamera: (name) => name === 'cam',
    inputOf: () => INPUT,
    onWarning: (message) => assert.fail(message),
  });
  feed!: FeedHarness;

  async start(): Promise<this> {
    this.feed = await startFeed({ pages: servicePage(this.live) });
    return this;
  }

  send(...units: readonly FollowedUnit[]): void {
    for (const one of units) for (const follower of this.followers) follower.onUnit(one);
  }

  address(query: string): string {
    return `${this.feed.server.url}live?${query}`;
  }

  async view(form = 'video', camera = 'cam'): Promise<Viewer> {
    const viewer = new Viewer(this.address(`camera=${camera}&as=${form}`));
    await once(viewer.socket, 'open');
    return viewer;
  }
}

/** What a browser received: texts, and kind and time of bytes. */
class Viewer {
  readonly socket: WebSocket;
  readonly seen: string[] = [];
  readonly bodies: Buffer[] = [];
  #wake = (): void => undefined;

  constructor(address: string) {
    this.socket = new WebSocket(address, LIVE_SUBPROTOCOL);
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        const kind = Object.keys(LIVE_BYTES)[data[0]];
        this.seen.push(`${kind} ${data.readDoubleBE(1) / 1000}`);
        this.bodies.push(data.subarray(LIVE_HEAD_BYTES));
      } else this.seen.push(data.toString());
      this.#wake();
    });
  }

  async until(count: number): Promise<readonly string[]> {
    while (this.seen.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.seen;
  }

  async leave(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}

const coded = (atMs: number, isKey = false, codec: FollowedUnit['codec'] = 'h264'): FollowedUnit => ({
  ...unit(1000 * atMs, isKey),
  codec,
});
const CODEC = '{"type":"video","codec":"avc1.42c01e"}';
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turn();
};

describe('live pictures of a service', () => {
  let service: Service;
  beforeEach(async () => (service = await new Service().start()));
  afterEach(() => service.feed.server.close());

  it('are followed only while someone watches, once for all viewers', async () => {
    assert.equal(service.follows, 0);
    const [one, other] = [await service.view(), await service.view()];
    await until(() => service.followers.size === 1);
    assert.equal(service.follows, 1);
    await until(() => service.live.viewersOf('cam') === 2);
    await one.leave();
    await until(() => service.live.viewersOf('cam') === 1);
    service.send(coded(0, true));
    assert.deepEqual(await other.until(3), [CODEC, 'init 0', 'key 0']);
    await other.leave();
    await until(() => service.followers.size === 0);
    assert.deepEqual([service.live.viewersOf('cam'), service.live.viewersOf('other')], [0, 0]);
  });

  it('begin with the last key picture, for the first viewer and for later ones', async () => {
    service.kept = [coded(0, true), coded(40)];
    const one = await service.view();
    assert.deepEqual(await one.until(4), [CODEC, 'init 0', 'key 0', 'fragment 40']);
    service.send(coded(80));
    const other = await service.view();
    assert.deepEqual(await other.until(5), [CODEC, 'init 0', 'key 0', 'fragment 40', 'fragment 80']);
    service.send(coded(120, true), coded(160));
    assert.deepEqual((await one.until(7)).slice(4), ['fragment 80', 'key 120', 'fragment 160']);
    assert.deepEqual((await (await service.view()).until(4)).slice(1), ['init 120', 'key 120', 'fragment 160']);
  });

  it('at full size are those of the stream for it', async () => {
    service.kept = [coded(0, true)];
    assert.deepEqual(await (await service.view('full')).until(3), [CODEC, 'init 7', 'key 7']);
    assert.deepEqual(await (await service.view('video')).until(3), [CODEC, 'init 0', 'key 0']);
  });

  it('say why a camera has no video', async () => {
    service.why = 'ffmpeg reads this camera';
    const none = (why: string, isForNow: boolean): string => JSON.stringify({ type: 'none', why, isForNow });
    const viewer = await service.view();
    assert.deepEqual(await viewer.until(1), [none('ffmpeg reads this camera', true)]);
    // Later viewers, too.
    assert.deepEqual(await (await service.view()).until(1), [none('ffmpeg reads this camera', true)]);
    assert.deepEqual(await (await service.view('video', 'nobody')).until(1), [
      none('there is no camera of this name', false),
    ]);
  });

  it('say so for a codec that browsers do not play', async () => {
    service.kept = [coded(0, true, 'h265')];
    const [text] = await (await service.view()).until(1);
    assert.match(text, /H\.265/);
  });

  it('are those of the detector as JPEG, without its padding', async () => {
    const size = { width: 640, height: 320 };
    const fit = letterbox(size, INPUT);
    const frame = {
      streamId: 'cam',
      ptsMs: 1234.5678,
      picture: { size, fit, image: new Uint8Array(3 * 32 * 32).fill(200) },
    } as Frame;
    service.live.taken(frame);
    const viewer = await service.view('pictures');
    await turn();
    // The first that is taken after the viewer came.
    while (viewer.seen.length === 0) {
      service.live.taken(frame);
      await turn();
    }
    assert.equal(viewer.seen[0], 'picture 1234.568');
    const [body] = viewer.bodies;
    const length = body.readUInt32BE(0);
    assert.deepEqual(JSON.parse(body.toString('utf8', 4, 4 + length)), { ptsMs: 1234.568, ...size });
    // A late viewer gets the same at once.
    assert.deepEqual(await (await service.view('pictures')).until(1), ['picture 1234.568']);
    const { default: sharp } = await import('sharp');
    const { width, height, format } = await sharp(body.subarray(4 + length)).metadata();
    assert.deepEqual([width, height, format], [32, 16, 'jpeg']);
  });

  it('refuse an address without a camera or a form', async () => {
    for (const query of ['', 'camera=cam', 'camera=cam&as=film', 'as=video'])
      assert.equal((await refusalOf(service.address(query), {}, LIVE_SUBPROTOCOL)).status, 400, query);
    const plain = await fetch(service.address('').replace('ws', 'http'));
    assert.equal(plain.status, 426);
  });

  it('end for a viewer that speaks', async () => {
    const viewer = await service.view();
    viewer.socket.send('hello');
    const [code] = await once(viewer.socket, 'close');
    assert.equal(code, 1008);
  });

  it('end for a viewer that does not answer', async () => {
    const viewer = await service.view();
    viewer.socket.pause();
    const closed = once(viewer.socket, 'close');
    for (let second = 0; second < 30; second++) {
      service.feed.tick();
      await turn();
    }
    viewer.socket.resume();
    await closed;
  });
});
