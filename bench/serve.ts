import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PacedCamera } from '../test/helpers/paced-camera/index.js';
import { numberOption } from './number-option.js';
import { measureReload, type MeasuredReload } from './serve-reload.js';
import { childrenOf, cpuMs, rssBytes } from './processes.js';
import { machine, median, printTable, quantile } from './table.js';

const COMMAND = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
/** Drawn and coded before the measurement begins; then the cameras only send. */
const CAMERA = { width: 640, height: 360, fps: 10, gop: 10, loopSeconds: 10 } as const;
const SETTLE_MS = 8000;
const ASK_EVERY_MS = 500;
const MIB = 1024 * 1024;

/** A camera as `/api/cameras` shows it; other fields are left out. */
type Camera = { readonly name: string; readonly percepts: number; readonly perceptAgeS: number | null };

type Measured = {
  readonly cameras: number;
  readonly readyMs: number;
  readonly perceptsPerSecond: number;
  /** Percepts of each camera over the mean of all. */
  readonly shares: readonly number[];
  /** Median age of each camera's newest percept, milliseconds. */
  readonly agesMs: readonly number[];
  readonly metricsMs: readonly number[];
  readonly pageMs: readonly number[];
  readonly rssMib: readonly [number, number];
  /** Processor time in cores. */
  readonly serviceCores: number;
  readonly senderCores: number;
  readonly reload: MeasuredReload;
};

/** Runs the service with 8 and with 16 cameras, more than two cores can detect on, and sees how they share. */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      seconds: { type: 'string', default: '60' },
      cameras: { type: 'string', default: '8,16' },
      budget: { type: 'string', default: '100ms' },
    },
  });
  const seconds = numberOption('seconds', values.seconds, { above: 0 });
  const rows: Measured[] = [];
  for (const count of values.cameras.split(',').map(Number)) rows.push(await measure(count, seconds, values.budget));
  console.log(
    `${machine()}; nowcast-nano at 416x416, cameras of 640x360 at 10 fps, a budget of ${values.budget}, ${seconds} s each\n`,
  );
  const span = (some: readonly number[], digits: number): string =>
    `${Math.min(...some).toFixed(digits)} to ${Math.max(...some).toFixed(digits)}`;
  printTable(
    ['', ...rows.map(({ cameras }) => `${cameras} cameras`)],
    [
      ['percepts a second', ...rows.map((row) => row.perceptsPerSecond.toFixed(1))],
      ['share of a camera over the mean', ...rows.map(({ shares }) => span(shares, 2))],
      ['age of the newest percept, median by camera, ms', ...rows.map(({ agesMs }) => span(agesMs, 0))],
      ['/metrics p50 / p99, ms', ...rows.map(({ metricsMs }) => both(metricsMs))],
      ['page p50 / p99, ms', ...rows.map(({ pageMs }) => both(pageMs))],
      ['memory at the begin and the end, MiB', ...rows.map(({ rssMib }) => rssMib.map(Math.round).join(' and '))],
      ['processor of the service, cores', ...rows.map(({ serviceCores }) => serviceCores.toFixed(2))],
      ['processor of the senders, cores', ...rows.map(({ senderCores }) => senderCores.toFixed(2))],
      ['start to ready, ms', ...rows.map(({ readyMs }) => readyMs.toFixed(0))],
      ['reload that turns one camera, ms', ...rows.map(({ reload }) => reload.takenMs.toFixed(0))],
      ['until that camera has a percept again, ms', ...rows.map(({ reload }) => reload.backMs.toFixed(0))],
      ['frames of each other camera over those sent', ...rows.map(({ reload }) => span(reload.othersReceived, 2))],
    ],
  );
}

function both(some: readonly number[]): string {
  return `${quantile(some, 0.5).toFixed(0)} / ${quantile(some, 0.99).toFixed(0)}`;
}

async function measure(count: number, seconds: number, budget: string): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-serve-'));
  const cameras: PacedCamera[] = [];
  try {
    // One after the other: each draws its pictures first.
    for (let i = 0; i < count; i++) cameras.push(await PacedCamera.start({ ...CAMERA, worldSeed: 2040 + i }));
    const file = join(folder, 'cameras.yaml');
    const sources = cameras.map(({ url }, i): [string, object] => [`camera-${i + 1}`, { source: url }]);
    writeFileSync(
      file,
      JSON.stringify({
        cameras: Object.fromEntries(sources),
        model: { path: 'nowcast-nano', provider: 'cpu' },
        detect: { budget },
      }),
    );
    return await observe(await startService(file, folder), { file, cameras, seconds });
  } finally {
    await Promise.all(cameras.map((camera) => camera.kill()));
    await rm(folder, { recursive: true, force: true });
  }
}

type Service = { readonly child: ChildProcess; readonly url: string; readonly readyMs: number };

async function startService(file: string, folder: string): Promise<Service> {
  const args = ['serve', '-c', file, '--listen', '0', '--state', join(folder, 'state.json')];
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise<string>((resolve, reject) => {
    let log = '';
    child.stderr.on('data', (data: Buffer) => {
      const found = /service: (http:[^\s"]+)/.exec((log += data.toString()));
      if (found !== null) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`the service ended: ${log}`)));
  });
  while (!(await fetch(new URL('/readyz', url))).ok) await pause(10);
  return { child, url, readyMs: performance.now() - startedAtMs };
}

async function observe(
  { child, url, readyMs }: Service,
  {
    file,
    cameras,
    seconds,
  }: { readonly file: string; readonly cameras: readonly PacedCamera[]; readonly seconds: number },
): Promise<Measured> {
  const pid = child.pid!;
  const exited = once(child, 'exit');
  try {
    await pause(SETTLE_MS);
    const cpuOf = (pids: readonly number[]): number => pids.reduce((sum, one) => sum + cpuMs(one), 0);
    const own = [pid, ...childrenOf(pid).map((one) => one.pid)];
    const senders = cameras.map((camera) => camera.pid);
    const before = await stateOf(url);
    const [beganAtMs, ownMs, sendersMs, rssAtFirst] = [performance.now(), cpuOf(own), cpuOf(senders), rssBytes(pid)];
    const ages = new Map<string, number[]>(before.map(({ name }) => [name, []]));
    const [metricsMs, pageMs]: [number[], number[]] = [[], []];
    while (performance.now() - beganAtMs < seconds * 1000) {
      await pause(ASK_EVERY_MS);
      metricsMs.push(await timeOf(new URL('/metrics', url)));
      pageMs.push(await timeOf(new URL('/', url)));
      for (const { name, perceptAgeS } of await stateOf(url))
        if (perceptAgeS !== null) ages.get(name)?.push(perceptAgeS * 1000);
    }
    const after = await stateOf(url);
    const tookMs = performance.now() - beganAtMs;
    const percepts = after.map(({ percepts: now }, i) => now - before[i].percepts);
    const rss = rssBytes(pid);
    const [ownAfterMs, sendersAfterMs] = [cpuOf(own), cpuOf(senders)];
    const mean = percepts.reduce((a, b) => a + b, 0) / percepts.length;
    return {
      cameras: cameras.length,
      readyMs,
      perceptsPerSecond: (mean * percepts.length * 1000) / tookMs,
      shares: percepts.map((each) => each / mean),
      agesMs: [...ages.values()].map((each) => median(each)),
      metricsMs,
      pageMs,
      rssMib: [rssAtFirst / MIB, rss / MIB] as const,
      serviceCores: (ownAfterMs - ownMs) / tookMs,
      senderCores: (sendersAfterMs - sendersMs) / tookMs,
      reload: await measureReload(url, file, CAMERA.fps),
    };
  } finally {
    child.kill('SIGINT');
    await exited;
  }
}

async function stateOf(url: string): Promise<readonly Camera[]> {
  const { cameras } = (await (await fetch(new URL('/api/cameras', url))).json()) as { cameras: readonly Camera[] };
  return cameras;
}

/** Milliseconds until the whole answer is there. */
async function timeOf(url: URL): Promise<number> {
  const fromMs = performance.now();
  await (await fetch(url, { headers: { accept: 'text/html,*/*' } })).arrayBuffer();
  return performance.now() - fromMs;
}
