import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';
import type { CodedUnit, UnitStreamEnd, UnitStreamEvents } from '../../../../../src/core/coded-unit.js';
import { FramePool } from '../../../../../src/core/frame-pool.js';
import { Shedding } from '../../../../../src/streaming/sources/camera/shedding.js';
import { timeline } from '../../../../../src/streaming/sources/camera/time/timeline.js';
import { UnitConnection } from '../../../../../src/streaming/sources/camera/connection/unit-connection.js';

const SIZE = { width: 32, height: 32 };
const START_MS = 100_000;

function unit(mediaMs: number, more: Partial<CodedUnit> = {}): CodedUnit {
  return {
    codec: 'h264',
    data: new Uint8Array(8),
    mediaMs,
    arrivedAtMs: START_MS + mediaMs,
    isKey: mediaMs === 0,
    damaged: false,
    lostBefore: false,
    mayGoBack: false,
    ...more,
  };
}

/** A connection in virtual time whose reader the test controls; its ffmpeg cannot be started. */
function connect(onStop: (events: UnitStreamEvents) => void = () => undefined) {
  const scheduler = new VirtualTimeScheduler();
  const clock = { now: () => START_MS + scheduler.now() };
  const told: string[] = [];
  let events!: UnitStreamEvents;
  let end!: (end: UnitStreamEnd) => void;
  const ended = new Promise<UnitStreamEnd>((resolve) => {
    end = resolve;
  });
  const connection = new UnitConnection({
    reader: {
      open: (given) => {
        events = given;
        return {
          ended,
          stop: () => {
            onStop(events);
            end({ kind: 'stopped', reason: 'it was stopped' });
          },
        };
      },
    },
    ffmpeg: { path: '/nonexistent/ffmpeg', version: { major: 5, minor: 1, name: '5.1' }, origin: 'path' },
    clock,
    scheduler,
    input: SIZE,
    pool: new FramePool(2, 3 * SIZE.width * SIZE.height),
    timeoutMs: 5_000,
    firstFrameTimeoutMs: 20_000,
    timeline: timeline({ onNotice: () => undefined }),
    shedding: new Shedding(2_000),
    onCopied: undefined,
    events: {
      onPicture: () => undefined,
      onMissing: ({ ptsMs }, reason) => told.push(`${reason} ${Math.round(ptsMs)}`),
      onNotice: () => undefined,
    },
  });
  return { connection, events, scheduler, clock, told };
}

describe('a connection that Nowcast reads', () => {
  it('ends with the reason if ffmpeg cannot be started', async () => {
    const { connection, events } = connect();
    events.onOpen({ codec: 'h264', transport: 'tcp' });
    const { reason, streamedMs } = await connection.ended;
    assert.match(reason, /ENOENT/);
    assert.equal(streamedMs, 0);
  });

  it('reports the outcome of every unit, in order, if the decoder dies, also of units that arrive before the stream ends', async () => {
    const times = [0, 40, 80, 120];
    const { connection, events, told } = connect((stream) => {
      // B-pictures come before those that are shown first.
      for (const mediaMs of [240, 160, 200]) stream.onUnit(unit(mediaMs, { mayGoBack: true }));
    });
    events.onOpen({ codec: 'h264', transport: 'tcp' });
    for (const mediaMs of times) events.onUnit(unit(mediaMs));
    await connection.ended;
    assert.deepEqual(
      told,
      [...times, 160, 200, 240].map((ms) => `corrupt ${ms}`),
    );
  });

  it('reports the outcome of every unit, in order, if the decoder dies while units await a decision', async () => {
    const times: number[] = [];
    let isOver = false;
    const { connection, events, told } = connect(() => {
      isOver = true;
    });
    events.onOpen({ codec: 'h264', transport: 'tcp' });
    // Units that are late wait for a turn of the event loop, and one does whenever the decoder dies.
    const send = (): void => {
      if (isOver) return;
      times.push(40 * times.length);
      events.onUnit(unit(times.at(-1)!, { arrivedAtMs: START_MS + times.at(-1)! - 3_000 }));
      setImmediate(send);
    };
    send();
    await connection.ended;
    assert.deepEqual(
      told.map((line) => line.replace(/^(?:corrupt|behind) /, '')),
      times.map(String),
    );
    assert.equal(told.at(-1), `corrupt ${times.at(-1)}`);
  });

  it('starts no decoder after a stop while it connects', async () => {
    const { connection, events } = connect();
    connection.stop();
    events.onOpen({ codec: 'h264', transport: 'tcp' });
    assert.equal((await connection.ended).reason, 'it was stopped');
    assert.equal(connection.codec, '');
  });

  it('gives up on a camera that never sends a key picture, when the first frame is overdue', async () => {
    const { connection, events, scheduler, clock } = connect();
    const send = (): void => {
      events.onAlive();
      events.onUnit(unit(clock.now() - START_MS, { isKey: false }));
      if (scheduler.now() < 60_000) scheduler.schedule(send, 40);
    };
    scheduler.schedule(send, 40);
    scheduler.flush();
    const { gaveUp, reason } = await connection.ended;
    assert.deepEqual(
      [gaveUp, reason],
      ['silent', 'no picture for 20.0 s: the camera is connected, and sends packets without one'],
    );
  });
});
