import assert from 'node:assert/strict';
import type { SourceEvent } from '../../../../src/core/events.js';
import type { CameraConnection, Moment } from '../../../../src/streaming/sources/camera/connection/connection.js';
import { FramesOut } from '../../../../src/streaming/sources/camera/frames-out.js';

const connection = { codec: 'h264' } as CameraConnection;
const SIZE = { width: 32, height: 32 };

function framesOut() {
  const events: SourceEvent[] = [];
  const out = new FramesOut({
    streamId: 'cam',
    input: SIZE,
    clock: { now: () => 0 },
    redact: (text) => text.replaceAll('s3cr3t', '***'),
    emit: (event) => events.push(event),
    onLive: () => undefined,
  });
  const at = (capturedAtMs: number): Moment => ({
    ptsMs: capturedAtMs,
    capturedAtMs,
    captureClock: 'sender',
    uncertaintyMs: 1,
  });
  /** Pictures of one connection that find no slot, at these times. */
  const show = (...timesMs: number[]): void => {
    const { onPicture } = out.eventsOf(() => connection);
    for (const ms of timesMs) onPicture(at(ms), { size: SIZE, corrupt: false, slot: undefined });
  };
  const gaps = () => events.flatMap((event) => (event.type === 'gap' ? [[event.fromMs, event.toMs, event.why]] : []));
  const statuses = () => events.flatMap((event) => (event.type === 'status' ? [event.message] : []));
  return { out, show, gaps, statuses };
}

describe('the frames of a camera', () => {
  it('report a gap from the last frame before a loss to the first one after', () => {
    const { out, show, gaps } = framesOut();
    show(0, 40);
    out.lost('connection refused');
    show(5_000, 5_040);
    assert.deepEqual(gaps(), [[40, 5_000, 'connection refused']]);
  });

  it('report no gap if the camera was not reached before its first frame', () => {
    const { out, show, gaps } = framesOut();
    out.lost('connection refused');
    show(0, 40, 80);
    assert.deepEqual(gaps(), []);
  });

  it('show no secret in a notice, a status or the reason of a gap', () => {
    const { out, show, gaps, statuses } = framesOut();
    out.eventsOf(() => connection).onNotice('the camera echoes me:s3cr3t');
    out.status('connecting', 'rtsp://me:s3cr3t@camera/a');
    show(0);
    out.lost('me:s3cr3t was refused');
    show(5_000);
    assert.deepEqual(statuses(), ['the camera echoes me:***', 'rtsp://me:***@camera/a', '32x32 h264', '32x32 h264']);
    assert.deepEqual(gaps(), [[0, 5_000, 'me:*** was refused']]);
  });
});
