import assert from 'node:assert/strict';
import { firstValueFrom } from 'rxjs';
import { SourceError } from '../../../src/core/errors.js';
import type { StatusEvent } from '../../../src/core/events.js';
import { cameraSource, copyPath, type CameraOptions } from '../../../src/streaming/sources/camera.js';
import type { Ffmpeg } from '../../../src/streaming/sources/ffmpeg-binary.js';

const VERSION = { major: 5, minor: 1, name: '5.1' };
const clock = { now: () => 0 };

function optionsWith(ffmpeg: Ffmpeg): CameraOptions {
  return { streamId: 'cam', input: { width: 32, height: 32 }, clock, ffmpeg };
}

describe('camera', () => {
  it('asks for an ffmpeg to be installed where there is only the embedded one', async () => {
    const source = cameraSource('rtsp://h/a', optionsWith({ path: 'ffmpeg', version: VERSION, origin: 'embedded' }));
    await assert.rejects(firstValueFrom(source), (error: Error) => error instanceof SourceError && /install ffmpeg/.test(error.message));
  });

  it('says so where ffmpeg cannot be started, and tries again', async () => {
    const statuses: StatusEvent[] = [];
    await new Promise<void>((resolve) => {
      const subscription = cameraSource('rtsp://h/a', {
        ...optionsWith({ path: '/nonexistent/ffmpeg', version: VERSION, origin: 'path' }), ladder: [{ delayMs: 0, times: Infinity }],
      }).subscribe((event) => {
        if (event.type === 'status') statuses.push(event);
        if (statuses.length < 4) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    assert.deepEqual(statuses.map(({ state }) => state), ['connecting', 'reconnecting', 'connecting', 'reconnecting']);
    assert.match(statuses[1].message!, /ENOENT/);
  });

  it('does nothing where it was stopped beforehand', async () => {
    const states: string[] = [];
    await cameraSource('rtsp://h/a', { ...optionsWith({ path: '/nonexistent/ffmpeg', version: VERSION, origin: 'path' }), stop: AbortSignal.abort() })
      .forEach((event) => { if (event.type === 'status') states.push(event.state); });
    assert.deepEqual(states.at(-1), 'ended');
  });

  it('names the copy of each connection after the first', () => {
    assert.deepEqual([0, 1, 12].map((epoch) => copyPath('/tmp/a.b/kept.mkv', epoch)), ['/tmp/a.b/kept.mkv', '/tmp/a.b/kept.1.mkv', '/tmp/a.b/kept.12.mkv']);
    assert.equal(copyPath('/tmp/a.b/kept', 1), '/tmp/a.b/kept.1');
  });
});
