import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateFfmpeg } from '../src/streaming/ffmpeg/binary.js';
import { FILES } from '../src/streaming/ffmpeg/needs.js';
import { filePictures } from '../src/streaming/originals/file-pictures.js';
import { KeptUnits, type KeptUnit } from '../src/streaming/originals/kept-units.js';
import { createOriginals, type Originals } from '../src/streaming/originals/originals.js';
import { unitPictures } from '../src/streaming/originals/unit-pictures.js';
import { annexBPictures } from '../test/helpers/rtp-packetizer.js';
import { machine, printTable, quantile } from './table.js';

const FPS = 25;
const SECONDS = 12;
const KEEP_MS = 10_000;
const MBIT_S = 4;
const KEY_INTERVALS = [25, 100];
const REQUESTS = 9;
const BOX = { x1: 600, y1: 300, x2: 1_000, y2: 900 };
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** The cost of original pictures: memory and time of keeping a 1080p camera's stream, and time of a request. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nowcast-originals-'));
  const originals = createOriginals({ keepMs: KEEP_MS, maxBytes: 2 ** 28 });
  try {
    const ffmpeg = await locateFfmpeg(process.env, folder);
    const rows: string[][] = [];
    for (const keyEvery of KEY_INTERVALS) {
      const path = join(folder, `${keyEvery}.mp4`);
      encode(path, keyEvery);
      const units = unitsOf(path);
      const kept = new KeptUnits(originals.limitsOf('camera'));
      const beganAtMs = performance.now();
      for (const unit of units) kept.add(unit);
      const usPerUnit = (1_000 * (performance.now() - beganAtMs)) / units.length;
      originals.add('camera', unitPictures({ kept, ffmpeg }));
      originals.add(
        'file',
        filePictures({
          url: path,
          inputOptions: [],
          needs: FILES,
          isTimeChanged: false,
          ffmpeg,
          format: () => 'mov',
          stream: () => undefined,
        }),
      );
      const recentMs = (i: number): number => 1_000 * (SECONDS - 0.4 - i);
      rows.push([
        String(keyEvery),
        `${(kept.bytes / 2 ** 20).toFixed(1)} MiB`,
        `${usPerUnit.toFixed(1)} µs`,
        await spread(originals, 'camera', recentMs),
        await spread(originals, 'camera', recentMs, BOX),
        await spread(originals, 'file', recentMs),
      ]);
    }
    console.log(`${machine()}\n`);
    printTable(
      [
        'key interval (pictures)',
        `kept for ${KEEP_MS / 1_000} s at ${MBIT_S} Mbit/s`,
        'keeping a unit',
        'whole picture of a camera, p50, p95',
        '400x600 of it, p50, p95',
        'whole picture of an MP4, p50, p95',
      ],
      rows,
    );
  } finally {
    await originals.close();
    rmSync(folder, { recursive: true });
  }
}

function encode(path: string, keyEvery: number): void {
  const source = `testsrc2=s=1920x1080:r=${FPS}:d=${SECONDS},noise=alls=6:allf=t`;
  const rate = ['-b:v', `${MBIT_S}M`, '-maxrate', `${MBIT_S}M`, '-bufsize', `${MBIT_S}M`];
  const groups = ['-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', String(keyEvery)];
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-c:v', 'libx264', ...groups, ...rate, path]);
}

/** The file's pictures as a camera's units, without B-pictures. */
function unitsOf(path: string): KeptUnit[] {
  const clip = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-c', 'copy', '-f', 'h264', 'pipe:1'], {
    maxBuffer: 2 ** 28,
  });
  return annexBPictures('h264', clip).map((nals, i) => ({
    codec: 'h264',
    data: Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])),
    ptsUs: Math.round((i * 1e6) / FPS),
    arrivedAtMs: (i * 1_000) / FPS,
    // IDR.
    isKey: nals.some((nal) => (nal[0] & 0x1f) === 5),
    damaged: false,
    lostBefore: false,
  }));
}

async function spread(
  originals: Originals,
  streamId: string,
  ptsMs: (i: number) => number,
  box?: typeof BOX,
): Promise<string> {
  const tookMs: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const beganAtMs = performance.now();
    const picture = { streamId, seq: 0, ptsMs: (Math.round((ptsMs(i) * FPS) / 1_000) * 1_000) / FPS };
    const answer = await originals.jpeg(picture, box && { box });
    if (answer.jpeg === undefined) throw new Error(`${streamId} at ${ptsMs(i)} ms: ${answer.message}`);
    tookMs.push(performance.now() - beganAtMs);
  }
  return `${[0.5, 0.95].map((q) => quantile(tookMs, q).toFixed(0)).join(', ')} ms`;
}
