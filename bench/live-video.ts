import { setTimeout as wait } from 'node:timers/promises';
import { monotonicClock } from '../test/helpers/monotonic.js';
import { PacedCamera } from '../test/helpers/paced-camera/index.js';
import { RECORD, WatchedService, type Shown } from '../test/streaming/live-video/watched-service.js';
import { launchChromium } from './page-program.js';
import { childrenOf, cpuMs } from './processes.js';
import { machine, median, printTable, quantile } from './table.js';

const CAMERA = { width: 1920, height: 1080, fps: 25, gop: 50, loopSeconds: 10, codec: 'h264' } as const;
const MEASURED_MS = 10_000;
const PICTURES = 200;

/**
 * Live video of a 1080p camera in a browser: the delay from the camera to the glass, and processor time with a viewer
 * and without. `CHROMIUM` names the browser.
 */
export async function run(): Promise<void> {
  const camera = await PacedCamera.start(CAMERA);
  const service = await new WatchedService().start(camera.url);
  const browser = await launchChromium('--autoplay-policy=no-user-gesture-required');
  try {
    await wait(3000);
    const without = await share();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${service.address}#/camera/cam`);
    await page.locator('#stage .screen[data-form=video][data-seq]').waitFor();
    await wait(5000);
    const withOne = await share();
    const shown = await page.evaluate<readonly Shown[]>(`${RECORD}(${PICTURES})`);
    await camera.facts();
    const toMonotonic = monotonicClock.now() - Date.now();
    const delays = shown.flatMap(({ number, atMs }) => {
      const drawn = number === null ? undefined : camera.drawing(number, atMs + toMonotonic)?.drawnAtMs;
      return drawn === undefined ? [] : [atMs + toMonotonic - drawn];
    });
    const ms = (value: number): string => `${Math.round(value)} ms`;
    console.log(machine());
    printTable(
      ['1080p, 25 fps', 'value'],
      [
        ['pictures that were shown', shown.length],
        ['delay from the camera to the page, p50 / p95', `${ms(median(delays))} / ${ms(quantile(delays, 0.95))}`],
        ["processor, Nowcast's two processes, without a viewer", without],
        ['processor, with one', withOne],
      ],
    );
  } finally {
    await browser.close();
    await service.stop();
    await camera.kill();
  }
}

/** Of one core, over a while: this process and that of its server. */
async function share(): Promise<string> {
  const own = (): number =>
    cpuMs(process.pid) +
    childrenOf(process.pid)
      .filter(({ command }) => command.includes('server-main') || command.startsWith('nowcast-feed'))
      .reduce((sum, { pid }) => sum + cpuMs(pid), 0);
  const before = own();
  await wait(MEASURED_MS);
  return `${((100 * (own() - before)) / MEASURED_MS).toFixed(1)} %`;
}
