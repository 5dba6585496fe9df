import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { asyncScheduler } from 'rxjs';
import type { CodedUnit, UnitStreamEnd, UnitStreamEvents } from '../../../../../src/core/coded-unit.js';
import { FramePool } from '../../../../../src/core/frame-pool.js';
import type { ConnectionEvents } from '../../../../../src/streaming/sources/camera/connection/connection.js';
import { Shedding } from '../../../../../src/streaming/sources/camera/shedding.js';
import { timeline } from '../../../../../src/streaming/sources/camera/time/timeline.js';
import {
  UnitConnection,
  type UnitConnectionOptions,
} from '../../../../../src/streaming/sources/camera/connection/unit-connection.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../../src/streaming/ffmpeg/binary.js';
import { NEEDS_FFMPEG } from '../../../../helpers/clips.js';
import { clipPictures, codedClip } from '../../../../helpers/coded-clip.js';
import { itNeeds } from '../../../../helpers/needs.js';
import { children, HAS_PROC, until } from '../../../../helpers/processes.js';

const INPUT = { width: 96, height: 64 };
const START_CODE = Buffer.from([0, 0, 0, 1]);
const INTERVAL_MS = 40;
const KEY_EVERY = 10;

describe('a connection that Nowcast reads', function () {
  this.timeout(120_000);
  let ffmpeg: Ffmpeg;
  let clip: Buffer[];
  before(async function () {
    if (!NEEDS_FFMPEG.ffmpeg) return;
    ffmpeg = await locateFfmpeg(process.env, '');
    clip = clipPictures('h264', codedClip('h264', { seconds: 4, keyEvery: KEY_EVERY })).map((nals) =>
      Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])),
    );
  });
  let hung: number[] = [];
  afterEach(async () => {
    // If a test fails, nothing else ends them.
    for (const pid of hung.filter((pid) => children().includes(pid))) process.kill(pid, 'SIGKILL');
    hung = [];
    if (HAS_PROC) await until(() => children().length === 0);
  });

  /** A reader whose units the test sends, on a clock that the test sets. */
  function connect(options: Partial<UnitConnectionOptions> = {}, maxBehindMs = 1_000) {
    const clock = { nowMs: 10_000, now: () => clock.nowMs };
    const told: string[] = [];
    let changed = (): void => undefined;
    const tell = (what: string): void => {
      told.push(what);
      changed();
    };
    const events: ConnectionEvents = {
      onPicture: ({ ptsMs }, { slot, corrupt }) => {
        slot?.release();
        tell(`${corrupt ? 'corrupt' : 'picture'} ${Math.round(ptsMs / INTERVAL_MS)}`);
      },
      onMissing: ({ ptsMs }, reason) => tell(`${reason} ${Math.round(ptsMs / INTERVAL_MS)}`),
      onNotice: (text) => tell(text),
    };
    const shedding = new Shedding(maxBehindMs);
    const line = timeline({ onNotice: () => undefined });
    line.newConnection();
    let stream!: UnitStreamEvents;
    let end!: (end: UnitStreamEnd) => void;
    const connection = new UnitConnection({
      ffmpeg,
      clock,
      scheduler: asyncScheduler,
      input: INPUT,
      pool: new FramePool(4, 3 * INPUT.width * INPUT.height),
      timeoutMs: 5_000,
      firstFrameTimeoutMs: 20_000,
      timeline: line,
      shedding,
      onCopied: undefined,
      events,
      ...options,
      reader: {
        open: (opened) => {
          stream = opened;
          const ended = new Promise<UnitStreamEnd>((resolve) => {
            end = resolve;
          });
          return { ended, stop: () => end({ kind: 'stopped', reason: 'stopped' }) };
        },
      },
    });
    /** Sends the picture of that number, captured on time and arriving this much later. */
    const send = (number: number, lateMs = 0, more: Partial<CodedUnit> = {}): void => {
      const mediaMs = number * INTERVAL_MS;
      clock.nowMs = Math.max(clock.nowMs, 10_000 + mediaMs + lateMs);
      stream.onUnit({
        codec: 'h264',
        data: clip[number % clip.length],
        mediaMs,
        arrivedAtMs: clock.nowMs,
        isKey: number % KEY_EVERY === 0,
        damaged: false,
        lostBefore: false,
        mayGoBack: false,
        ...more,
      });
    };
    const count = async (wanted: number): Promise<void> => {
      while (told.length < wanted)
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
    };
    /** Sends pictures on time, each after the previous one came out. */
    const play = async (pictures: number): Promise<void> => {
      for (let i = 0; i < pictures; i++) {
        send(i);
        await count(i + 1);
      }
    };
    return {
      play,
      connection,
      stream,
      end: (kind: UnitStreamEnd['kind'], reason: string) => end({ kind, reason }),
      send,
      told,
      count,
      clock,
    };
  }

  itNeeds(
    NEEDS_FFMPEG,
    'begins with the first key picture, and emits the last pictures after the end of the stream',
    async () => {
      const { connection, stream, send, end, told } = connect();
      stream.onOpen({ codec: 'h264', transport: 'tcp' });
      for (let i = 7; i < 25; i++) send(i);
      end('lost', 'the camera closed the connection');
      const { reason, gaveUp } = await connection.ended;
      assert.deepEqual([reason, gaveUp], ['the camera closed the connection', undefined]);
      // Stream time begins with the first picture that is shown.
      assert.deepEqual(
        told,
        Array.from({ length: 15 }, (_, i) => `picture ${i}`),
      );
    },
  );

  itNeeds(
    NEEDS_FFMPEG,
    'skips pictures that are too old, up to the newest waiting key picture, and reports each',
    async () => {
      const { connection, stream, send, end, told, count, play } = connect();
      stream.onOpen({ codec: 'h264', transport: 'tcp' });
      await play(45);
      // The network held two seconds of pictures back, and they come at once.
      for (let i = 45; i < 95; i++) send(i, (95 - i) * INTERVAL_MS);
      await count(95);
      end('lost', 'over');
      await connection.ended;
      const after = told.slice(45);
      // The first ones may be fresh, from a camera that stood still: only the pictures right after them show that they
      // are not.
      const unproven = after.findIndex((what) => what.startsWith('behind'));
      assert.ok(unproven < 25, after.join(', '));
      assert.deepEqual(
        after,
        Array.from({ length: 50 }, (_, i) => `${i < unproven || i >= 45 ? 'picture' : 'behind'} ${45 + i}`),
      );
    },
  );

  itNeeds(NEEDS_FFMPEG, 'asks for a new connection if the stream stays too old', async () => {
    const { connection, stream, send, told, play } = connect();
    stream.onOpen({ codec: 'h264', transport: 'tcp' });
    await play(45);
    // A link at a quarter of the stream's rate.
    for (let i = 45; i < 100; i++) {
      send(i, 3 * (i - 45) * INTERVAL_MS);
      await setImmediate();
    }
    const { gaveUp, reason } = await connection.ended;
    assert.equal(gaveUp, 'behind');
    assert.match(reason, /^the stream is \d+\.\d s behind and does not catch up/);
    assert.ok(told.some((what) => what.startsWith('behind')));
  });

  itNeeds(NEEDS_FFMPEG, 'leaves a stream to ffmpeg that the reader does not support', async () => {
    const { connection, end } = connect();
    end('unsupported', 'the video is VP8');
    assert.deepEqual(await connection.ended, { reason: 'the video is VP8', streamedMs: 0, gaveUp: 'needs-ffmpeg' });
  });

  itNeeds(NEEDS_FFMPEG, 'gives up on a camera that falls silent', async () => {
    const { connection, stream, clock, play } = connect();
    stream.onOpen({ codec: 'h264', transport: 'tcp' });
    await play(20);
    clock.nowMs += 5_001;
    const { gaveUp, reason } = await connection.ended;
    assert.equal(gaveUp, 'silent');
    assert.match(reason, /^the camera is connected, but has sent nothing for 5\.0 s/);
  });

  itNeeds(NEEDS_FFMPEG, 'ends with the reason if its decoder cannot be started', async () => {
    const { connection, stream, send } = connect({ ffmpeg: { ...ffmpeg, path: '/nonexistent/ffmpeg' } });
    stream.onOpen({ codec: 'h264', transport: 'tcp' });
    send(0);
    const { reason } = await connection.ended;
    assert.match(reason, /ENOENT/);
  });

  itNeeds(
    { ...NEEDS_FFMPEG, '/proc': HAS_PROC },
    'ends with the reason if its decoder is killed, and reports its outstanding units',
    async () => {
      const { connection, stream, send, told, play } = connect();
      stream.onOpen({ codec: 'h264', transport: 'tcp' });
      await play(10);
      const [decoder] = children();
      process.kill(decoder, 'SIGSTOP');
      for (let i = 10; i < 15; i++) send(i);
      process.kill(decoder, 'SIGKILL');
      const { reason } = await connection.ended;
      assert.equal(reason, 'ffmpeg was killed (SIGKILL)');
      assert.deepEqual(
        told.slice(10),
        [10, 11, 12, 13, 14].map((i) => `corrupt ${i}`),
      );
    },
  );

  for (const [when, options, sent] of [
    ['when its time is over', { timeoutMs: 1_000 }, 60],
    ['when a new connection would shed the backlog, with a long timeout', { timeoutMs: 60_000 }, 200],
  ] as const) {
    itNeeds(
      { ...NEEDS_FFMPEG, '/proc': HAS_PROC },
      `tells a decoder that hangs from a stream that is behind, ${when}`,
      async () => {
        const { connection, stream, send, told, play } = connect(options);
        stream.onOpen({ codec: 'h264', transport: 'tcp' });
        await play(10);
        const [decoder] = children();
        hung.push(decoder);
        process.kill(decoder, 'SIGSTOP');
        for (let i = 10; i < sent; i++) {
          send(i);
          await setImmediate();
        }
        const { reason, gaveUp } = await connection.ended;
        assert.match(reason, /^the decoder gives no picture for [1-8]\.\d s/);
        assert.equal(gaveUp, undefined);
        // Each is reported once, in order; those that were not skipped failed in the decoder.
        assert.deepEqual(
          told.map((text) => Number(text.split(' ')[1])),
          Array.from({ length: sent }, (_, i) => i),
        );
        assert.ok(
          told.slice(10, 30).every((text) => text.startsWith('corrupt')),
          told.join(', '),
        );
      },
    );
  }

  itNeeds(NEEDS_FFMPEG, 'reports nothing after a stop in any state', async () => {
    for (const sent of [0, 1, 12]) {
      const { connection, stream, send, told } = connect();
      if (sent > 0) stream.onOpen({ codec: 'h264', transport: 'tcp' });
      for (let i = 0; i < sent; i++) send(i);
      connection.stop();
      const before = told.length;
      await connection.ended;
      assert.equal(told.length, before);
    }
  });
});
