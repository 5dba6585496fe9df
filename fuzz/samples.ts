import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { frameArguments } from '../src/streaming/ffmpeg/arguments.js';
import { locateFfmpeg, type Ffmpeg } from '../src/streaming/ffmpeg/binary.js';
import { runCommand } from './command.js';

const run = promisify(execFile);
const DRIVE = 'drive-000000';
const FRAMES = 12;
/** The input of the bundled model. */
const INPUT = { width: 416, height: 416 };
const DEADLINE_MS = 120_000;
/** Stands in the log for the name that each run gives to its scaler. */
const SECRET = 'SECRET';

/** Sound inputs of every kind, which the trials change. All are made here; none is downloaded. */
export type Samples = {
  /** A data set: `annotations.json` in Argoverse-HD format, `frames/`. */
  readonly world: string;
  /** Four pictures of it. */
  readonly pictures: string;
  /** One picture in each format. */
  readonly pictureFiles: readonly string[];
  /** One short video in several containers and codecs. */
  readonly videos: readonly string[];
  /** COCO results for the data set. */
  readonly results: string;
  readonly recording: string;
  readonly runtimeProfile: string;
  readonly model: string;
  readonly weights: string;
  /** A configuration of `nowcast run`. */
  readonly configuration: string;
  /** Output and log of ffmpeg for the first of `videos`, for {@link fakeFfmpeg}. */
  readonly nut: string;
  readonly log: string;
  /**
   * A program that writes `ffmpeg.nut` and `ffmpeg.log` of its folder, or else the sound ones, where ffmpeg would write
   * its pictures and its log.
   */
  readonly fakeFfmpeg: string;
  readonly ffmpeg: Ffmpeg;
};

/**
 * Makes the sound inputs. Takes a few seconds.
 * @param folder is empty
 */
export async function makeSamples(folder: string): Promise<Samples> {
  const ffmpeg = await locateFfmpeg(process.env, folder);
  const world = join(folder, 'world');
  const path = (name: string): string => join(folder, name);
  await nowcast(
    folder,
    'synth',
    '--out',
    world,
    '--frames',
    String(FRAMES),
    '--size',
    '320x192',
    '--video',
    '--frames-as',
    'jpg',
  );
  const videos = await makeVideos(ffmpeg, join(world, 'videos', `${DRIVE}.mp4`), folder);
  const [video = ''] = videos;
  const pictures = path('pictures');
  await mkdir(pictures);
  await run(ffmpeg.path, ['-v', 'error', '-i', video, '-frames:v', '4', '-q:v', '3', join(pictures, '%d.jpg')]);
  const [results, recording, runtimeProfile] = [path('results.json'), path('run.jsonl'), path('runtimes.json')];
  const common = ['--provider', 'cpu'];
  await nowcast(folder, 'run', video, '--offline', '--coco', results, '--record', recording, ...common);
  await nowcast(folder, 'profile', '--runs', '8', '--warmup', '1', '--out', runtimeProfile, ...common);
  return {
    world,
    pictures,
    pictureFiles: await makePictures(join(pictures, '1.jpg'), folder),
    videos,
    results,
    recording,
    runtimeProfile,
    model: resolve('models/nowcast-nano.onnx'),
    weights: resolve('models/nowcast-nano.safetensors'),
    configuration: await writeText(path('cameras.yaml'), CONFIGURATION.replaceAll('PICTURES', pictures)),
    ...(await recordFfmpeg(ffmpeg, video, folder)),
    ffmpeg,
  };
}

async function nowcast(cwd: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand([...args, '--json', '--quiet'], {
    cwd,
    env: {},
    deadlineMs: DEADLINE_MS,
    mark: 'samples',
  });
  if (code !== 0) throw new Error(`nowcast ${args.join(' ')} failed:\n${stderr}`);
}

async function makeVideos({ path }: Ffmpeg, source: string, folder: string): Promise<string[]> {
  const kinds: Readonly<Record<string, readonly string[]>> = {
    [`${DRIVE}.mp4`]: ['-c:v', 'libx264', '-g', '6', '-bf', '2'],
    'h264.ts': ['-c:v', 'libx264', '-g', '6', '-bf', '0'],
    'mpeg4.mkv': ['-c:v', 'mpeg4', '-g', '4'],
    'mjpeg.avi': ['-c:v', 'mjpeg', '-q:v', '5'],
    'flv1.flv': ['-c:v', 'flv', '-g', '4'],
  };
  const files = [];
  for (const [name, options] of Object.entries(kinds)) {
    files.push(join(folder, name));
    await run(path, ['-v', 'error', '-i', source, '-pix_fmt', 'yuv420p', ...options, join(folder, name)]);
  }
  return files;
}

async function makePictures(source: string, folder: string): Promise<string[]> {
  const files = ['picture.jpg', 'picture.png', 'picture.webp', 'picture.gif', 'picture.tif', 'picture.avif'].map(
    (name) => join(folder, name),
  );
  for (const file of files) await sharp(source).toFile(file);
  return files;
}

/** Keeps what ffmpeg writes when a run reads the video. */
async function recordFfmpeg(
  { path, version }: Ffmpeg,
  video: string,
  folder: string,
): Promise<Pick<Samples, 'nut' | 'log' | 'fakeFfmpeg'>> {
  const args = frameArguments(version, { url: video, input: INPUT, secret: SECRET });
  const { stdout, stderr } = await run(path, args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
  const [nut, log, fakeFfmpeg] = [join(folder, 'ffmpeg.nut'), join(folder, 'ffmpeg.log'), join(folder, 'fake-ffmpeg')];
  await Promise.all([
    writeFile(nut, stdout),
    writeFile(log, stderr),
    writeText(fakeFfmpeg, FAKE_FFMPEG.replace('FFMPEG', path).replace('SAMPLES', folder)),
  ]);
  await chmod(fakeFfmpeg, 0o755);
  return { nut, log, fakeFfmpeg };
}

async function writeText(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  return path;
}

/** Everything but the reading of pictures is left to the real one. */
const FAKE_FFMPEG = String.raw`#!/bin/sh
case "$*" in
  *pipe:1*) ;;
  *) exec "FFMPEG" "$@" ;;
esac
changed() { if [ -e "$1" ]; then echo "$1"; else echo "SAMPLES/$1"; fi; }
secret=$(printf '%s\n' "$@" | sed -n 's/.*scale@\([0-9a-z]*\)=.*/\1/p')
LC_ALL=C sed "s/scale@${SECRET}/scale@$secret/g" "$(changed ffmpeg.log)" >&2 &
cat "$(changed ffmpeg.nut)"
wait
`;

const CONFIGURATION = `# Two sources, one detector.
cameras:
  front:
    source: PICTURES
    fps: 10
  yard:
    source: rtsp://viewer:\${CAMERA_PASSWORD:-none}@127.0.0.1:1/stream1
    transport: udp
    timeout: 3s
    enabled: false
model:
  path: nowcast-nano
  provider: cpu
detect:
  conf: 0.3
  nms: 0.65
  classes: [person, car]
  schedule: idle-free
  budget: 150ms
  forecast: kalman
output:
  record: run.jsonl
pace: max
`;
