import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { firstValueFrom, ignoreElements, Observable, take, VirtualTimeScheduler } from 'rxjs';
import { SourceError, UsageError } from '../../../../src/core/errors.js';
import type { StatusEvent } from '../../../../src/core/events.js';
import { cameraSource, type CameraOptions } from '../../../../src/streaming/sources/camera/camera.js';
import { nutFileHeader, nutFrameHeader } from '../../../../src/streaming/ffmpeg/nut-writer.js';
import type { Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { itNeeds } from '../../../helpers/needs.js';
import { HAS_PROC, hasOpen } from '../../../helpers/processes.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const VERSION = { major: 5, minor: 1, name: '5.1' };
const OF_2018 = { major: 4, minor: 0, name: 'N-47683-g0e8eb07980-static' };
const clock = { now: () => 0 };
const SIZE = { width: 32, height: 32 };

function optionsWith(ffmpeg: Ffmpeg): CameraOptions {
  return { streamId: 'cam', input: SIZE, clock, ffmpeg, transport: 'ffmpeg' };
}

describe('camera', () => {
  const folder = temporaryFolder();
  it('requires another ffmpeg if there is only an old one of an npm package', async () => {
    const source = cameraSource('rtsp://h/a', optionsWith({ path: 'ffmpeg', version: OF_2018, origin: 'package' }));
    await assert.rejects(
      firstValueFrom(source),
      (error: Error) => error instanceof SourceError && /to read cameras, install ffmpeg/.test(error.message),
    );
  });

  it('reports that ffmpeg cannot be started, and tries again', async () => {
    const statuses: StatusEvent[] = [];
    await new Promise<void>((resolve) => {
      const subscription = cameraSource('rtsp://h/a', {
        ...optionsWith({ path: '/nonexistent/ffmpeg', version: VERSION, origin: 'path' }),
        ladder: [{ delayMs: 0, times: Infinity }],
      }).subscribe((event) => {
        if (event.type === 'status') statuses.push(event);
        if (statuses.length < 4) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    assert.deepEqual(
      statuses.map(({ state }) => state),
      ['connecting', 'reconnecting', 'connecting', 'reconnecting'],
    );
    assert.match(statuses[1].message!, /ENOENT/);
  });

  it('does nothing if it was stopped beforehand', async () => {
    const states: string[] = [];
    await cameraSource('rtsp://h/a', {
      ...optionsWith({ path: '/nonexistent/ffmpeg', version: VERSION, origin: 'path' }),
      stop: AbortSignal.abort(),
    }).forEach((event) => {
      if (event.type === 'status') states.push(event.state);
    });
    assert.deepEqual(states.at(-1), 'ended');
  });

  itNeeds({ '/proc': HAS_PROC }, 'leaves no copy open if the kind of URL is unknown', async () => {
    const keepCopyTo = join(folder(), 'camera.nut');
    const source = cameraSource('gopher://h/a', {
      ...optionsWith({ path: '/nonexistent/ffmpeg', version: VERSION, origin: 'path' }),
      keepCopyTo,
    });
    await assert.rejects(firstValueFrom(source.pipe(ignoreElements())), UsageError);
    assert.deepEqual([existsSync(keepCopyTo), hasOpen(keepCopyTo)], [true, false]);
  });

  describe('on the ladder', () => {
    const LADDER = [
      { delayMs: 1_000, times: 1 },
      { delayMs: 60_000, times: Infinity },
    ];

    /**
     * A camera whose every attempt fails with the message, in virtual time; `isOpen` answers the n-th probe after 5 ms.
     * Once it `streams`, each attempt gives a picture before it fails.
     */
    function watch(url: string, message: string, isOpen: (probe: number) => boolean) {
      const path = join(folder(), 'ffmpeg');
      writeFileSync(
        path,
        `#!/bin/sh
if [ -e "$0.nut" ]; then
  printf '%s\\n' "$@" | sed -n 's|.*\\(scale@[0-9a-f]*\\)=.*|[\\1 @ 0x1] [verbose] w:32 h:32 fmt:gbrp sar:1/1 -> w:32 h:32 fmt:gbrp sar:1/1 |p' >&2
  echo '[info] filter -> pts:0' >&2
  cat "$0.nut"
fi
echo '[error] ${message}' >&2
exit 1
`,
      );
      chmodSync(path, 0o755);
      const streams = (): void => {
        writeFileSync(
          `${path}.nut`,
          Buffer.concat([nutFileHeader(SIZE), nutFrameHeader(0, 3 * 32 * 32), Buffer.alloc(3 * 32 * 32)]),
        );
      };
      const time = new VirtualTimeScheduler();
      const statuses: string[] = [];
      const probesMs: number[] = [];
      let openProbes = 0;
      const camera = cameraSource(url, {
        ...optionsWith({ path, version: VERSION, origin: 'path' }),
        clock: time,
        scheduler: time,
        ladder: LADDER,
        random: () => 0.5,
        probe: (endpoint) =>
          new Observable<boolean>((subscriber) => {
            assert.deepEqual(endpoint, { host: 'camera', port: 8554, speaks: 'rtsp' });
            openProbes += 1;
            const probe = probesMs.push(time.frame);
            const answer = time.schedule(() => subscriber.next(isOpen(probe)), 5);
            return () => {
              openProbes -= 1;
              answer.unsubscribe();
            };
          }).pipe(take(1)),
      }).subscribe((event) => {
        if (event.type === 'status') statuses.push(`${time.frame} ${event.state}`);
      });
      const pass = (ms: number): void => {
        time.maxFrames = time.frame + ms;
        time.flush();
        time.frame = time.maxFrames;
      };
      /** Lets time pass until this many attempts have failed; it stands still during an attempt. */
      const failures = async (count: number): Promise<void> => {
        const waits = (): boolean => statuses.at(-1)!.endsWith('reconnecting');
        while (!waits() || statuses.filter((status) => status.endsWith(' reconnecting')).length < count) {
          if (waits()) pass(1);
          await (waits() ? Promise.resolve() : setImmediate());
        }
      };
      const attemptsMs = (): number[] =>
        statuses.flatMap((status) => /^(\d+) connecting$/.exec(status)?.slice(1).map(Number) ?? []);
      return { camera, time, statuses, attemptsMs, probesMs, streams, pass, failures, openProbes: () => openProbes };
    }

    it('tries again when an absent camera responds, and restarts the ladder', async () => {
      const { camera, time, statuses, probesMs, pass, failures, openProbes } = watch(
        'rtsp://camera:8554/a',
        'Connection refused',
        (probe) => probe === 5,
      );
      await failures(3);
      assert.deepEqual(statuses, [
        '0 connecting',
        '0 reconnecting',
        '1000 connecting',
        '1000 reconnecting',
        '4005 connecting',
        '4005 reconnecting',
      ]);
      assert.deepEqual(probesMs, [0, 1000, 2000, 3000, 4000], 'on the short step too');
      await failures(4);
      assert.equal(statuses.at(-1), '5005 reconnecting', 'the first step again');
      pass(1);
      assert.equal(openProbes(), 1);
      camera.unsubscribe();
      assert.deepEqual([openProbes(), time.actions.length], [0, 0]);
    });

    for (const message of ['Connection refused', 'Connection timed out']) {
      it(`accepts a first response as a return after "${message}", and until pictures come only one that follows silence`, async () => {
        const { camera, attemptsMs, probesMs, streams, failures } = watch('rtsp://camera:8554/a', message, () => true);
        await failures(4);
        assert.deepEqual(attemptsMs(), [0, 5, 1_005, 61_005], 'after the first, that it answers was no news');
        assert.equal(probesMs.length, 1 + 1 + 60);
        streams();
        await failures(6);
        assert.deepEqual(attemptsMs().slice(4), [121_005, 121_010], 'there were pictures, and it was away anew');
        camera.unsubscribe();
      });
    }

    it('does not probe a camera that responded', async () => {
      const { camera, statuses, failures, probesMs } = watch('rtsp://camera:8554/a', '401 Unauthorized', () => true);
      await failures(3);
      assert.deepEqual([statuses.at(-1), probesMs], ['61000 reconnecting', []]);
      camera.unsubscribe();
    });

    it('is not used if another attempt burdens no other machine', async () => {
      const { camera, statuses, failures, probesMs } = watch(
        'udp://@:8554',
        'udp://@:8554: Input/output error',
        () => true,
      );
      await failures(3);
      assert.deepEqual([statuses.at(-1), probesMs], ['2000 reconnecting', []]);
      camera.unsubscribe();
    });
  });
});
