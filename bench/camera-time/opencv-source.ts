import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Observable } from 'rxjs';
import { monotonicClock as clock } from '../../src/app/clock.js';
import type { SourceEvent } from '../../src/core/events.js';
import { fitPicture, type PictureFormat } from '../../src/core/picture.js';

// From dist/bench/camera-time to the source, which the compiler does not copy.
const PROGRAM = fileURLToPath(new URL('../../../bench/camera-time/opencv-frames.py', import.meta.url));
const HEAD_BYTES = 16;

/** A camera as OpenCV programs see it: the capture time of a picture is the moment at which `read()` returned it. */
export function openCvSource(
  url: string,
  { streamId, input }: { readonly streamId: string; readonly input: PictureFormat },
): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const child = spawn('/usr/bin/python3', [PROGRAM, url, `${input.width}`, `${input.height}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pictureBytes = HEAD_BYTES + 3 * input.width * input.height;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    let seq = 0;
    const take = (bytes: Buffer): void => {
      const [capturedAtMs, size] = [
        bytes.readDoubleLE(0),
        { width: bytes.readUInt32LE(8), height: bytes.readUInt32LE(12) },
      ];
      subscriber.next({
        type: 'frame',
        streamId,
        seq: seq++,
        epoch: 0,
        ptsMs: capturedAtMs,
        capturedAtMs,
        captureClock: 'arrival',
        uncertaintyMs: 0,
        readyAtMs: clock.now(),
        picture: { size, fit: fitPicture(size, input), image: bytes.subarray(HEAD_BYTES) },
        corrupt: false,
        release: () => undefined,
      });
    };
    child.stdout.on('data', (piece: Buffer) => {
      waiting.push(piece);
      waitingBytes += piece.length;
      while (waitingBytes >= pictureBytes) {
        const all = Buffer.concat(waiting);
        take(all.subarray(0, pictureBytes));
        waiting = [all.subarray(pictureBytes)];
        waitingBytes -= pictureBytes;
      }
    });
    child.once('close', () => subscriber.complete());
    return () => void child.kill('SIGKILL');
  });
}
