import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { locateFfmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { realFile } from '../../test/helpers/shared.js';
import { numberOption } from '../number-option.js';
import { machine, median, printTable, quantile } from '../table.js';
import { Watcher, type Watched } from './watch.js';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const CLIENT = fileURLToPath(new URL('flood-client.js', import.meta.url));
const SINK = fileURLToPath(new URL('sink.js', import.meta.url));
const MODES = 'root,schema,missing,refused,body,not-http,pong,ping,subscribe,fragments,churn,connect';
const CLIP_SECONDS = 139;

/** One round of a mode: the same client at an idle socket, then at the server. */
type Round = { readonly control: Watched; readonly flood: Watched };

/**
 * Floods a run's server while another client watches the results. The control is the same flooding client at a socket
 * that only reads, because that client takes its share of the machine in both.
 */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      modes: { type: 'string', default: MODES },
      seconds: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const seconds = numberOption('seconds', values.seconds, { above: 0 });
  const rounds = numberOption('rounds', values.rounds, { min: 1, isInteger: true });
  const modes = values.modes.split(',');
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-floods-'));
  const ending: (() => void)[] = [];
  try {
    const total = modes.length * rounds * 2 * (seconds + 3) + 30;
    const url = await startRun(await longClip(folder, total), ending);
    const sink = fork(SINK);
    ending.push(() => sink.disconnect());
    const [sinkPort] = (await once(sink, 'message')) as [number];
    const watcher = await Watcher.open(url);
    ending.push(() => watcher.close());
    const phase = async (port: number, mode: string): Promise<Watched> => {
      await pause(1000);
      const client = spawn(process.execPath, [CLIENT, String(port), String(seconds), mode], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      // Its start takes time of the processor, too.
      await pause(500);
      watcher.take();
      await pause((seconds - 1) * 1000);
      const watched = watcher.take();
      await once(client, 'close');
      return watched;
    };
    console.log(`${machine()}\n`);
    const results = new Map<string, Round[]>(modes.map((mode) => [mode, []]));
    for (let round = 0; round < rounds; round++) {
      for (const mode of modes) {
        const control = await phase(sinkPort, mode);
        results.get(mode)?.push({ control, flood: await phase(Number(new URL(url).port), mode) });
      }
    }
    printTable(
      [
        'flood',
        'percepts, control',
        'under the flood',
        'share',
        'p99 latency, control',
        'under the flood',
        'ratio',
        'p99 delivery',
      ],
      [...results].map(([mode, all]) => [mode, ...rowOf(all)]),
    );
  } finally {
    for (const end of ending.reverse()) end();
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf(rounds: readonly Round[]): string[] {
  const of = (value: (round: Round) => number): number => median(rounds.map(value));
  const p99 = (values: readonly number[]): number => quantile(values, 0.99);
  return [
    of(({ control }) => control.percepts).toFixed(0),
    of(({ flood }) => flood.percepts).toFixed(0),
    `${(100 * of(({ control, flood }) => flood.percepts / control.percepts)).toFixed(0)} %`,
    `${of(({ control }) => p99(control.latencyMs)).toFixed(0)} ms`,
    `${of(({ flood }) => p99(flood.latencyMs)).toFixed(0)} ms`,
    of(({ control, flood }) => p99(flood.latencyMs) / p99(control.latencyMs)).toFixed(2),
    `${of(({ control }) => p99(control.deliveryMs)).toFixed(0)} and ${of(({ flood }) => p99(flood.deliveryMs)).toFixed(0)} ms`,
  ];
}

/** The person clip, looped without coding it again. */
async function longClip(folder: string, seconds: number): Promise<string> {
  const clip = realFile('one-by-one-person-detection.mp4');
  if (clip === undefined) throw new Error('this bench needs one-by-one-person-detection.mp4 in NOWCAST_REAL_DIR');
  const long = join(folder, 'long.mp4');
  const loops = String(Math.ceil(seconds / CLIP_SECONDS));
  const { path } = await locateFfmpeg(process.env, folder);
  await promisify(execFile)(path, ['-v', 'error', '-stream_loop', loops, '-i', clip, '-c', 'copy', '-an', long]);
  return long;
}

/** @returns the feed's address */
async function startRun(clip: string, ending: (() => void)[]): Promise<string> {
  const model = realFile('yolox_nano.onnx');
  if (model === undefined) throw new Error('this bench needs yolox_nano.onnx in NOWCAST_REAL_DIR');
  const words = ['run', clip, '--model', model, '--labels', 'coco', '--provider', 'cpu', '--budget', '1s'];
  const child = spawn(process.execPath, [COMMAND, ...words, '--feed', '0', '--log-format', 'text'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  ending.push(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-4000);
      const url = /ws:\/\/\S+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => reject(new Error(`the run ended before its feed was open: ${text}`)));
  });
}
