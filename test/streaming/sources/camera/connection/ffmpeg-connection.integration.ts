import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asyncScheduler } from 'rxjs';
import { FramePool } from '../../../../../src/core/frame-pool.js';
import type { ConnectionEvents, Moment } from '../../../../../src/streaming/sources/camera/connection/connection.js';
import { FfmpegConnection } from '../../../../../src/streaming/sources/camera/connection/ffmpeg-connection.js';
import { streamTimesOf } from '../../../../../src/streaming/sources/camera/copy/kept-times.js';
import { Shedding } from '../../../../../src/streaming/sources/camera/shedding.js';
import { timeline, type PlacedMoment } from '../../../../../src/streaming/sources/camera/time/timeline.js';
import { locateFfmpeg } from '../../../../../src/streaming/ffmpeg/binary.js';
import { clipFolder, NEEDS_FFMPEG } from '../../../../helpers/clips.js';
import { itNeeds } from '../../../../helpers/needs.js';
import { children, HAS_PROC, until } from '../../../../helpers/processes.js';

const INPUT = { width: 64, height: 64 };
const INTERVAL_MS = 40;
const PICTURES = 100;
/** All pictures may be in transit at once, because ffmpeg's log announces each through another pipe. */
const SLOTS = PICTURES;
const MAX_BEHIND_MS = 500;
const START_MS = 10_000;
const TOO_SLOW_FROM = 45;
/** For a link at a quarter of the stream's rate: the additional delay of each picture over the previous one. */
const GROWS_BY_MS = 3 * INTERVAL_MS;
/** Each picture is two steps brighter than the one before; black is 16 of 256, and white 219 steps more. */
const numberOf = (image: Uint8Array): number => Math.round((image[image.length / 2] * 219) / 255 / 2);

type Told = {
  readonly kind: 'shown' | 'behind' | 'corrupt';
  readonly moment: Moment;
  /** The number in its pixels; undefined if it was not shown. */
  readonly number: number | undefined;
};

type ConnectOptions = {
  readonly lateMs?: (number: number) => number;
  readonly intervalMs?: number;
  readonly onCopied?: () => void;
};

describe('a connection that ffmpeg reads', function () {
  this.timeout(60_000);
  const clips = clipFolder();
  let server: Server | undefined;
  /** Its first picture is the only key picture. */
  const numberedClip = (intervalMs: number): string => {
    const source = `color=black:size=64x64:rate=1000/${intervalMs}:duration=${(PICTURES * intervalMs) / 1_000},format=yuv420p,geq=lum='16+2*N':cb=128:cr=128`;
    return clips.make(
      '-f',
      'lavfi',
      '-i',
      source,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-qp',
      '4',
      '-g',
      '1000',
      'numbered.ts',
    );
  };
  afterEach(async () => {
    server?.close();
    server?.closeAllConnections();
    server = undefined;
    if (HAS_PROC) await until(() => children().length === 0);
  });

  /** Runs ffmpeg on a clip, with a clock by which each picture comes this much later than it should. */
  async function connect({ lateMs = () => 0, intervalMs = INTERVAL_MS, onCopied }: ConnectOptions) {
    const clip = numberedClip(intervalMs);
    server = createServer((_, response) => createReadStream(clip).pipe(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const told: Told[] = [];
    const placed: PlacedMoment[] = [];
    const mediaUs: number[] = [];
    const nowMs = (): number => START_MS + told.length * intervalMs + lateMs(told.length);
    const line = timeline({ onNotice: () => undefined });
    line.newConnection();
    const events: ConnectionEvents = {
      onPicture: (moment, { slot, corrupt }) => {
        told.push({ kind: corrupt ? 'corrupt' : 'shown', moment, number: numberOf(slot!.bytes) });
        slot!.release();
      },
      onMissing: (moment, reason) => told.push({ kind: reason, moment, number: undefined }),
      onNotice: () => undefined,
    };
    const pool = new FramePool(SLOTS, 3 * INPUT.width * INPUT.height);
    const connection = new FfmpegConnection({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live.ts`,
      ffmpeg: await locateFfmpeg(process.env, ''),
      clock: { now: nowMs },
      wallClock: { toUnixMs: (ms) => ms },
      scheduler: asyncScheduler,
      input: INPUT,
      pool,
      transport: 'tcp',
      timeoutMs: 600_000,
      firstFrameTimeoutMs: 600_000,
      stampOnArrival: false,
      shedding: new Shedding(MAX_BEHIND_MS),
      onCopied,
      inputOptions: [],
      events,
      timeline: {
        ...line,
        place: (picture) => {
          mediaUs.push(Math.round(picture.mediaMs * 1_000));
          placed.push(line.place(picture));
          return placed.at(-1)!;
        },
      },
    });
    const end = await connection.ended;
    assert.equal(pool.freeCount, SLOTS);
    assert.deepEqual(
      told.map(({ moment }) => moment),
      placed,
      'each picture is reported once, in order',
    );
    told.forEach(({ kind }, i) =>
      assert.equal(
        kind,
        placed[i].leastAgeMs > MAX_BEHIND_MS ? 'behind' : 'shown',
        `${i}: at least ${placed[i].leastAgeMs} ms old`,
      ),
    );
    told.forEach(({ kind, number }, i) =>
      assert.equal(number, kind === 'shown' ? i : undefined, 'a picture has the pixels that belong to it'),
    );
    return { end, told, connection, mediaUs };
  }

  for (const isKept of [false, true]) {
    itNeeds(
      NEEDS_FFMPEG,
      `skips pictures that are too old, and shows the first that is not, whatever it depends on${isKept ? ', with a kept copy' : ''}`,
      async () => {
        const slowTo = TOO_SLOW_FROM + 13;
        // Then the waiting pictures come at once.
        const { end, told, connection, mediaUs } = await connect({
          lateMs: (number) =>
            Math.max(
              0,
              (Math.min(number, slowTo) - TOO_SLOW_FROM) * GROWS_BY_MS - Math.max(0, number - slowTo) * INTERVAL_MS,
            ),
          ...(isKept && { onCopied: () => undefined }),
        });
        assert.deepEqual([end.gaveUp, told.length], [undefined, PICTURES]);
        const kinds = told.map(({ kind }) => kind);
        const [from, to] = [kinds.indexOf('behind'), kinds.lastIndexOf('behind') + 1];
        assert.ok(from > TOO_SLOW_FROM && from < slowTo && to > slowTo && to < PICTURES, `${from} to ${to}`);
        assert.ok(kinds.slice(from, to).every((kind) => kind === 'behind'));
        if (isKept) {
          const timeInStream = streamTimesOf(connection.keptTimes.offsets);
          assert.deepEqual(
            mediaUs.map(timeInStream),
            told.map(({ moment }) => moment.ptsMs),
            'the kept pictures have their times, those passed over included',
          );
        }
      },
    );
  }

  itNeeds(NEEDS_FFMPEG, 'asks for a new connection if the stream stays too old', async () => {
    const { end, told } = await connect({ lateMs: (number) => Math.max(0, number - TOO_SLOW_FROM) * GROWS_BY_MS });
    assert.equal(end.gaveUp, 'behind');
    assert.match(end.reason, /^the stream is \d+\.\d s behind and does not catch up: it is opened anew$/);
    assert.equal(told.at(-1)!.kind, 'behind');
    assert.ok(told.length < PICTURES, 'it does not wait for the end');
  });

  itNeeds(
    NEEDS_FFMPEG,
    'shows every picture of a slow camera, although ffmpeg holds each for longer than maxBehindMs',
    async () => {
      const { told } = await connect({ intervalMs: 2 * MAX_BEHIND_MS });
      assert.deepEqual(
        told.map(({ kind }) => kind),
        Array<string>(PICTURES).fill('shown'),
      );
    },
  );
});
