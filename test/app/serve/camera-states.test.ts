import assert from 'node:assert/strict';
import { CameraStates } from '../../../src/app/serve/camera-states.js';
import { cameraHealth } from '../../../src/app/serve/health.js';
import type { StatusEvent } from '../../../src/core/events.js';
import { dropEventOf, perceptOf } from '../../streaming/events.js';

const status = (state: StatusEvent['state'], atMs: number, message?: string): StatusEvent => ({
  type: 'status',
  streamId: 'cam',
  state,
  atMs,
  ...(message !== undefined && { message }),
});

describe('the states of cameras', () => {
  it('begin with connecting, which is not up', () => {
    const states = new CameraStates(['cam'], 1000);
    assert.deepEqual(cameraHealth(states.get('cam')!, 3000, true), {
      isUp: false,
      isOff: false,
      why: 'connecting for 2.0 s',
    });
    assert.equal(states.get('other'), undefined);
  });

  it('are up while frames come, detected on or not', () => {
    const states = new CameraStates(['cam'], 0);
    states.seen(status('streaming', 50, '640x360, 10 fps'));
    states.seen(perceptOf(1));
    const { seq, emittedAtMs, capturedAtMs } = states.get('cam')!.lastPercept!;
    assert.deepEqual([seq, emittedAtMs, capturedAtMs], [1, 140, 100]);
    states.seen(dropEventOf(90, { atMs: 9000 }));
    const health = (nowMs: number) => cameraHealth(states.get('cam')!, nowMs, true);
    assert.deepEqual(health(18_999), { isUp: true, isOff: false, why: 'streaming: 640x360, 10 fps' });
    assert.deepEqual(health(21_001), { isUp: false, isOff: false, why: 'no frame for 12 s' });
  });

  it('count a loss once, however often the camera is tried', () => {
    const states = new CameraStates(['cam'], 0);
    states.seen(status('reconnecting', 10, 'no route'));
    states.seen(status('streaming', 20));
    states.seen(status('reconnecting', 30, 'it went away'));
    states.seen(status('connecting', 40));
    states.seen(status('reconnecting', 50, 'no route'));
    assert.equal(states.get('cam')?.losses, 1);
    assert.equal(cameraHealth(states.get('cam')!, 4050, true).why, 'reconnecting for 4.0 s: no route');
  });

  it('are off, and neither up nor away, while somebody has switched the camera off, whatever it did before', () => {
    const states = new CameraStates(['cam'], 0);
    for (const state of [undefined, 'streaming', 'reconnecting', 'ended'] as const) {
      if (state !== undefined) states.seen(status(state, 50));
      assert.deepEqual(cameraHealth(states.get('cam')!, 60, false), { isUp: false, isOff: true, why: 'switched off' });
    }
  });

  it("do not blame a camera for the detector's outage", () => {
    const states = new CameraStates(['cam'], 0);
    states.seen(status('streaming', 20));
    states.seen({ type: 'status', state: 'detector-lost', atMs: 30 });
    assert.deepEqual([states.get('cam')?.state, states.get('cam')?.losses], ['streaming', 0]);
  });
});
