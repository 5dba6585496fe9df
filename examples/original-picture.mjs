// Objects cut out of the picture at the resolution of its source, as JPEG. Usage: node original-picture.mjs [SOURCE]
// SOURCE is a camera or a video file. Without one, ffmpeg draws a clip.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatMap, filter, take } from 'rxjs';
import {
  createOriginals,
  createPipeline,
  defineDetector,
  locateFfmpeg,
  monotonicClock as clock,
  openSource,
} from 'nowcast';

const folder = mkdtempSync(join(tmpdir(), 'originals-'));
const [address = await drawClip()] = process.argv.slice(2);

// In place of a real detector, which openDetector opens: it sees pictures of 96x96 pixels.
const detector = defineDetector({
  name: 'upper left quarter',
  input: { width: 96, height: 96 },
  classNames: ['quarter'],
  detect: ({ size }) => [{ box: { x1: 0, y1: 0, x2: size.width / 2, y2: size.height / 2 }, score: 1, classId: 0 }],
});

// Cameras keep their newest coded pictures for it: the last 10 seconds, and never more than 16 MiB.
const originals = createOriginals({ keepMs: 10_000, maxBytes: 16 * 2 ** 20 });
const source = await openSource(address, { input: detector.info.input, originals });

createPipeline({ sources: [source], detector, clock })
  .pipe(
    filter((event) => event.type === 'percept' && event.detections.length > 0),
    take(3),
    concatMap(async (percept) => [percept, await originals.jpeg(percept, { box: percept.detections[0].box })]),
  )
  .subscribe({
    next: ([percept, picture]) => {
      if (picture.jpeg === undefined) {
        console.log(`frame ${percept.seq}: no picture (${picture.reason}): ${picture.message}`);
        return;
      }
      const path = join(folder, `${percept.streamId}-${percept.seq}.jpg`);
      writeFileSync(path, picture.jpeg);
      console.log(
        `frame ${percept.seq}: ${picture.width}x${picture.height} of ${percept.width}x${percept.height} in ${path}`,
      );
    },
    error: (error) => console.error(error.message),
  })
  .add(() => originals.close());

async function drawClip() {
  const ffmpeg = await locateFfmpeg(process.env, folder);
  const path = join(folder, 'clip.mp4');
  execFileSync(ffmpeg.path, [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=1280x720:d=3',
    '-pix_fmt',
    'yuv420p',
    path,
  ]);
  return path;
}
