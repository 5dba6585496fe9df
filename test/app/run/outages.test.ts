import assert from 'node:assert/strict';
import { Outages } from '../../../src/app/run/outages.js';
import type { GapEvent, StatusEvent, StatusState } from '../../../src/core/events.js';

const status = (state: StatusState, atMs: number, message?: string, streamId = 'cam'): StatusEvent => ({
  type: 'status',
  streamId,
  atMs,
  state,
  ...(message !== undefined && { message }),
});
const gap = (fromMs: number, toMs: number): GapEvent => ({ type: 'gap', streamId: 'cam', fromMs, toMs, why: 'gone' });

/** The lines that a log of level `info` shows. */
function shown(events: readonly (StatusEvent | GapEvent)[]): string[] {
  const outages = new Outages();
  return events
    .map((event) => (event.type === 'gap' ? outages.gap(event) : outages.status(event)))
    .filter(({ level }) => level !== 'debug')
    .map(({ level, text }) => `${level} ${text}`);
}

const HOUR = 3_600_000;

describe('the log of a camera', () => {
  it('has one line when the camera is lost and one when it is back, however many attempts there were', () => {
    const attempts = Array.from({ length: 60 }, (_, i) => [
      status('connecting', i * 60_000),
      status('reconnecting', i * 60_000, 'connection refused; next attempt in 60.0 s'),
    ]).flat();
    assert.deepEqual(
      shown([
        status('connecting', 0, 'rtsp://h/x'),
        status('streaming', 1, '640x360 h264'),
        status('reconnecting', 2, 'the camera closed the connection; next attempt in 1.0 s'),
        ...attempts,
        gap(0, HOUR + 300_000),
        status('streaming', HOUR + 300_000, '640x360 h264'),
        status('streaming', HOUR + 300_001, '640x480 h264'),
      ]),
      [
        'info connecting: rtsp://h/x',
        'info streaming: 640x360 h264',
        'warn reconnecting: the camera closed the connection; next attempt in 1.0 s',
        'warn back after 1 h 5 min without frames: 640x360 h264',
        'info streaming: 640x480 h264',
      ],
    );
  });

  it('says how long the first picture was waited for', () =>
    assert.deepEqual(
      shown([
        status('connecting', 0, 'rtsp://h/x'),
        status('reconnecting', 1_000, 'connection refused'),
        status('connecting', 3_000, 'rtsp://h/x'),
        status('streaming', 13_000, '640x360 h264'),
      ]),
      [
        'info connecting: rtsp://h/x',
        'warn reconnecting: connection refused',
        'info here after 12 s of waiting: 640x360 h264',
      ],
    ));

  it('stays silent about a connection that fails before its first picture', () =>
    assert.deepEqual(
      shown([
        status('streaming', 0),
        status('reconnecting', 1_000, 'gone'),
        gap(0, 5_000),
        status('reconnecting', 6_000, 'gone'),
        gap(5_000, 9_000),
        status('streaming', 9_000),
      ]),
      ['info streaming', 'warn reconnecting: gone', 'warn back after 9.0 s without frames'],
    ));

  it('says that a run ended during an outage, and shows a hole in a stream that was not lost', () =>
    assert.deepEqual(
      shown([gap(0, 4_000), status('reconnecting', 5_000), gap(4_000, 70_000), status('ended', 70_000)]),
      ['warn no frames for 4.0 s: gone', 'warn reconnecting', 'warn ended without frames for the last 1 min 6 s: gone'],
    ));

  it('keeps the outages of several cameras apart', () =>
    assert.equal(
      shown([
        status('reconnecting', 0, 'a', 'one'),
        status('reconnecting', 0, 'b', 'two'),
        status('connecting', 0, 'x'),
      ]).length,
      3,
    ));
});
