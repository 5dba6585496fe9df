import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Fragmenter } from '../../../src/streaming/live-video/fragmenter.js';
import { clipFolder, NEEDS_FFMPEG } from '../../helpers/clips.js';
import { clipPictures, codedClip, decodedPictures, shownPlaces } from '../../helpers/coded-clip.js';
import { itNeeds } from '../../helpers/needs.js';

const STEP_US = 40_000;
const START_US = 7_200_000_123;

describe('fragments of MP4 in ffmpeg', function () {
  this.timeout(60_000);
  const clips = clipFolder();

  for (const bPictures of [0, 2]) {
    itNeeds(NEEDS_FFMPEG, `are the pictures of the stream at their times, with ${bPictures} B-pictures`, () => {
      const options = { bPictures, seconds: 2 };
      const clip = codedClip('h264', options);
      const places = shownPlaces('h264', options);
      const first = Math.min(...places);
      const fragmenter = new Fragmenter();
      const parts: Uint8Array[] = [];
      const times = places.map((place) => START_US + (place - first) * STEP_US);
      for (const [i, nals] of clipPictures('h264', clip).entries()) {
        const data = Buffer.concat(nals.flatMap((nal) => [Buffer.from('00000001', 'hex'), nal]));
        const made = fragmenter.push({ data, isKey: nals.some((nal) => (nal[0] & 0x1f) === 5), ptsUs: times[i] })!;
        parts.push(...(made.isFirst ? [made.init.bytes] : []), made.bytes);
      }
      const path = clips.path(`fragments-${bPictures}.mp4`);
      writeFileSync(path, Buffer.concat(parts));
      const printed = execFileSync(
        'ffprobe',
        ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path],
        { encoding: 'utf8' },
      );
      assert.deepEqual(
        printed
          .trim()
          .split('\n')
          .map((line) => Math.round(Number(line.replace(',', '')) * 1e6)),
        times,
      );
      const shown = execFileSync(
        'ffmpeg',
        ['-nostdin', '-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-f', 'framemd5', 'pipe:1'],
        { encoding: 'utf8' },
      );
      assert.deepEqual(
        shown
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(',').at(-1)!.trim()),
        decodedPictures('h264', clip),
      );
    });
  }
});
