import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineEvent } from '../../src/core/events.js';
import { readRecording } from '../../src/recording/reader.js';
import { CameraChaos } from '../../test/helpers/camera-chaos.js';
import { MOSQUITTO, startMosquitto } from '../../test/helpers/mosquitto.js';
import { monotonicClock } from '../../test/helpers/monotonic.js';
import { randomSource } from '../../test/helpers/random.js';
import { mountTinyDisk } from '../../test/helpers/tiny-disk.js';
import { faultsOfRecording } from '../chaos/judge.js';
import { annoy, disturb, LONGEST_STOP_MS, type Disturbance } from '../disturbance/disturb.js';
import { leaks, leftBehind, sample } from '../disturbance/holdings.js';
import { ObservedCommand, type Holding } from '../disturbance/observed-command.js';
import { runSummary, type TrialOptions, type TrialReport } from '../disturbance/trial.js';
import { Viewers } from '../disturbance/viewers.js';
import { breakBroker } from './broker.js';
import { camerasFile, RECORDING, RECORDINGS } from './cameras-file.js';
import { neverRead } from './clients.js';
import { faultsOfScenes, faultsOfWebhook } from './judge.js';
import { scrape, watchMetrics } from './metrics.js';
import { breakReceiver, Receiver } from './receiver.js';
import { WatchedFolder } from './recordings.js';
import { reload } from './reloads.js';
import { faultsOfSwitches, turnSwitches } from './switches.js';

const CAMERAS = 6;
const CAMERA = { width: 320, height: 192, fps: 10, gop: 10, loopSeconds: 20 } as const;
/** The other stream of the first camera, for recordings. */
const RECORD = { ...CAMERA, width: 640, height: 384 } as const;
/** Each camera fails less often than a single one would, since there are six of them. */
const CAMERA_REST_MS = 12_000;
const VIEWERS = 4;
const CLIPS = 'clips';
/** Full after some clips. */
const CLIPS_DISK_KB = 600;
const CALM_MS = 8000;
const DETECTOR = /^nowcast-detector/;
const DECODER = /^\S*ffmpeg /;
const SERVER = /^nowcast-feed/;
/** Two decoders of each camera start while others end. */
const MORE_FILES = 40;
/** Outputs that no fault may cause. */
const BUG = /this is a bug|\n\s+at |UnhandledPromise|Warning: .*memory leak/;

/**
 * Runs the service with six cameras, zones and lines, and kills, stops and cuts all that it depends on for a while.
 * Then it compares what the service has written with what it may not lose.
 */
export async function soak({ folder, forMs, seed, print = () => undefined }: TrialOptions): Promise<TrialReport> {
  const streams = [...Array.from({ length: CAMERAS }, (_, i) => ({ ...CAMERA, worldSeed: 2040 + i })), RECORD];
  const links = await Promise.all(
    streams.map((camera, i) =>
      CameraChaos.start({ camera, seed: seed + i, restMs: CAMERA_REST_MS, longestMs: LONGEST_STOP_MS }),
    ),
  );
  const cameras = new Map(links.slice(0, CAMERAS).map(({ url }, i) => [`camera-${i + 1}`, url]));
  const records = new Map([[RECORDINGS.cameras[0], links[CAMERAS].url]]);
  const names = [...cameras.keys()];
  const file = join(folder, 'cameras.yaml');
  const unmount = mountTinyDisk(join(folder, CLIPS), CLIPS_DISK_KB);
  const broker = MOSQUITTO.mosquitto ? await startMosquitto(folder) : undefined;
  const receiver = await Receiver.start();
  const mqttPort = broker?.port;
  const settings = { cameras, records, mqttPort, clips: CLIPS, webhookUrl: receiver.url };
  writeFileSync(file, camerasFile(settings));
  const service = new ObservedCommand(['serve', '-c', file, '--listen', '0', '--json', '--log-format', 'json'], folder);
  const caused: Record<string, number> = {};
  const note = (fault: string): void => {
    caused[fault] = (caused[fault] ?? 0) + 1;
    print(fault);
  };
  const holdings: Holding[] = [];
  const problems: string[] = [];
  let viewers: Viewers | undefined;
  try {
    while (service.feedUrl === undefined && service.isRunning) await sleep(100);
    const feed = new URL(service.feedUrl ?? 'ws://127.0.0.1:1');
    const url = `http://${feed.host}/`;
    viewers = new Viewers(feed.href, VIEWERS);
    await sleep(CALM_MS);
    const recordings = new WatchedFolder(join(folder, RECORDINGS.folder), RECORDINGS.megabytes * 1e6);
    const switched = { cameras: names, url, mqttPort };
    const endAtMs = monotonicClock.now() + forMs;
    const goesOn = (): boolean => service.isRunning && monotonicClock.now() < endAtMs;
    const disturbance: Disturbance = { goesOn, uniform: randomSource(seed).uniform, note };
    await Promise.all([
      ...links.map((link) => link.run(forMs)),
      disturb(disturbance, service, { name: 'detector', commandLine: DETECTOR, ways: ['kill', 'stop'] }),
      disturb(disturbance, service, { name: 'decoder', commandLine: DECODER, ways: ['kill', 'stop'] }),
      disturb(disturbance, service, { name: 'server', commandLine: SERVER, ways: ['kill', 'stop'] }),
      annoy(disturbance, viewers),
      neverRead(disturbance, Number(feed.port)),
      watchMetrics(disturbance, url, problems),
      reload(disturbance, { file, settings, url }, problems),
      turnSwitches(disturbance, switched),
      breakReceiver(disturbance, receiver),
      recordings.watch(goesOn, problems),
      broker === undefined ? undefined : breakBroker(disturbance, broker),
      sample(goesOn, service, holdings),
    ]);
    for (const { fault } of links.flatMap(({ log }) => log)) note(`camera ${fault.replace(/ (for|after) \d+ ms/, '')}`);
    problems.push(...(await faultsOfSwitches(switched)));
    await sleep(CALM_MS);
    const last = await scrape(url);
    const isEarly = !service.isRunning;
    const { code, stdout, stderr } = await service.stop();
    const summary = runSummary(stdout);
    problems.push(...viewers.problems);
    if (isEarly || code !== 143)
      problems.push(`the service ended with ${code}${isEarly ? ' by itself' : ''}: ${stderr.slice(-500)}`);
    if (BUG.test(stderr)) problems.push(`the log shows a bug: ${BUG.exec(stderr)![0]} … ${stderr.slice(-500)}`);
    if (summary === undefined) problems.push('the service printed no summary');
    else problems.push(...faultsOfRecording(await recorded(folder, problems), summary));
    problems.push(...(await faultsOfScenes(folder, names)));
    problems.push(...faultsOfWebhook(folder, receiver.answered, last, stderr));
    problems.push(...(await recordings.faults(RECORDINGS.cameras)));
    problems.push(...leaks(holdings, MORE_FILES), ...(await leftBehind(service)));
    return { caused, problems, holdings, summary };
  } finally {
    viewers?.close();
    service.kill();
    await Promise.all([broker?.kill(), receiver.leave(), ...links.map((link) => link.close())]);
    unmount?.();
  }
}

async function recorded(folder: string, problems: string[]): Promise<PipelineEvent[]> {
  const events: PipelineEvent[] = [];
  const recording = await readRecording(join(folder, RECORDING), (warning) => problems.push(warning));
  for await (const event of recording.events) events.push(event);
  return events;
}
