import type { Browser, Page } from 'playwright-core';
import { LiveDrive } from '../../../synth/live/live-drive.js';
import type { Annotation } from '../../../synth/annotate.js';
import { SYNTH_CLASSES } from '../../../synth/classes.js';
import type { Detection } from '../../../src/core/detection.js';
import { LivePage } from '../../../src/streaming/live-page/live-page.js';
import type { OutcomeMessage } from '../../../src/streaming/live-page/page-messages.js';
import { chromiumPath, suiteBrowser } from '../../helpers/chromium.js';
import { dropEventOf, perceptOf, timesOf } from '../events.js';
import { startFeed, UNIX_AT_ZERO_MS, type FeedHarness } from '../feed/feed-harness.js';

/** The states in which a person may find the page of a demo. */
export const PAGE_STATES = ['start', 'starved start', 'middle', 'starved', 'quiet', 'lost', 'scoring', 'over'] as const;
export type PageState = (typeof PAGE_STATES)[number];

const SIZE = { width: 720, height: 450 };
const INPUT = { width: 96, height: 60 };
const FPS = 30;
const FRAMES = 70;
/** Of four digits, as on a slow machine. */
const LATENCY_MS = 1234;

const OUTCOME: OutcomeMessage = {
  type: 'outcome',
  frames: 12_345,
  percepts: 7_890,
  drops: { superseded: 4_321, late: 130, 'detector-failed': 3, stopped: 1 },
  undrawn: 1_234,
  latencyMs: { p50: LATENCY_MS, p90: 1432, p99: 1876 },
  windowS: 10,
  attribution: {
    offlineAP: 0.45,
    sAP: 0.31,
    detector: 0.55,
    oneFrameFloor: 0.06,
    latency: 0.07,
    jitter: 0.01,
    drops: 0.02,
    forecasting: -0.02,
  },
};

export type DrawnFrame = { readonly objects: readonly Annotation[]; readonly jpeg: Uint8Array };

/** The last of the first frames of a drive. */
async function drawFrames(seed: number): Promise<readonly DrawnFrame[]> {
  const truths = new Map<number, readonly Annotation[]>();
  const jpegs = new Map<number, Uint8Array>();
  let arrived = (): void => undefined;
  const drive = new LiveDrive({
    seed,
    fps: FPS,
    size: SIZE,
    input: INPUT,
    jpegQuality: 85,
    onTruth: (index, objects) => truths.set(index, objects),
    onJpeg: (index, bytes) => {
      jpegs.set(index, bytes);
      arrived();
    },
  });
  const indices = [FRAMES - 2, FRAMES - 1];
  for (const index of indices) await drive.produce(index, new Uint8Array(3 * INPUT.width * INPUT.height));
  while (jpegs.size < indices.length)
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  await drive.close();
  return indices.map((index) => ({ objects: truths.get(index)!, jpeg: jpegs.get(index)! }));
}

/**
 * Draws frames for a suite, whose tests open one page after the other in a browser.
 * @returns opens a page; it is closed when the test ends
 */
export function stagedPages<Asked extends unknown[], Staged extends { close(): Promise<void> }>(
  stage: (browser: Browser, frames: readonly DrawnFrame[], ...asked: Asked) => Promise<Staged>,
): (...asked: Asked) => Promise<Staged> {
  const browser = suiteBrowser();
  let frames: readonly DrawnFrame[];
  let staged: Staged | undefined;
  before(async () => {
    if (chromiumPath !== undefined) frames = await drawFrames(2040);
  });
  afterEach(async () => {
    await staged?.close();
    staged = undefined;
  });
  return async (...asked) => (staged = await stage(browser(), frames, ...asked));
}

/** A page of a demo that stands still in one state, with all its figures. */
export class StagedPage {
  readonly page: Page;
  readonly problems: string[];
  readonly #feed: FeedHarness;
  /** A page that hears nothing says so. */
  #heartbeat: NodeJS.Timeout | undefined;

  private constructor(page: Page, problems: string[], feed: FeedHarness) {
    this.page = page;
    this.problems = problems;
    this.#feed = feed;
  }

  static async open(
    browser: Browser,
    frames: readonly DrawnFrame[],
    state: PageState,
    viewport: { readonly width: number; readonly height: number },
  ): Promise<StagedPage> {
    const live = new LivePage(() => undefined);
    const feed = await startFeed({ pages: live.pages, streams: ['demo'], classes: SYNTH_CLASSES });
    const page = await browser.newPage({ viewport, reducedMotion: 'reduce' });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    void live.send({
      type: 'run',
      model: 'nowcast-nano.onnx',
      provider: 'cpu',
      threads: 2,
      input: '416x416',
      schedule: 'idle-free',
      budgetMs: 100,
      forecaster: 'nowcast',
      fps: FPS,
      ...SIZE,
      seed: 2040,
      conditions: 'day, clear',
    });
    live.slowed(100);
    await page.goto(feed.server.url.replace('ws', 'http'));
    await page.locator('#slow button').first().waitFor();
    const staged = new StagedPage(page, problems, feed);
    const isStarving = state.startsWith('starved');
    const drawing = { type: 'drawing', isStarving } as const;
    await live.send(drawing);
    if (state !== 'quiet') staged.#heartbeat = setInterval(() => void live.send(drawing), 1000);
    if (!state.endsWith('start')) await staged.#play(live, frames);
    if (state === 'scoring' || state === 'over') await live.send({ type: 'scoring', done: 20, total: 97 });
    if (state === 'over') await live.send(OUTCOME);
    if (state === 'lost') await feed.server.close();
    if (!state.endsWith('start')) {
      const phase = ({ middle: 'live', starved: 'live', over: 'done' } as Partial<Record<PageState, string>>)[state];
      await page.locator(`body[data-phase=${phase ?? state}]`).waitFor();
    }
    if (isStarving) await page.locator('body.starving').waitFor();
    return staged;
  }

  /** Several seconds of a run, up to the newest picture. */
  async #play(live: LivePage, frames: readonly DrawnFrame[]): Promise<void> {
    const { page } = this;
    const { server } = this.#feed;
    while (server.clientCount === 0) await page.waitForTimeout(20);
    const [before, newest] = frames;
    const atMs = (seq: number): number => (seq * 1000) / FPS;
    await page.waitForTimeout(200);
    for (let seq = 0; seq < FRAMES - 2; seq++) {
      const capturedAtMs = atMs(seq);
      const frame = { streamId: 'demo', capturedAtMs, ptsMs: capturedAtMs, uncertaintyMs: 0, ...SIZE };
      if (seq % 3 === 2) server.publish(dropEventOf(seq, { ...frame, atMs: capturedAtMs + 1300 }));
      else
        server.publish(
          perceptOf(seq, {
            ...frame,
            times: timesOf(capturedAtMs, LATENCY_MS),
            detections: before.objects.map((object) => detectionOf(object, -3)),
            forecast: {
              forecaster: 'nowcast',
              validAtMs: capturedAtMs + LATENCY_MS,
              detections: before.objects.map((object) => detectionOf(object, 0)),
            },
          }),
        );
    }
    server.publishStats({
      atMs: atMs(FRAMES),
      streams: [
        {
          stream: 'demo',
          received: OUTCOME.frames,
          percepts: OUTCOME.percepts,
          drops: { ...OUTCOME.drops, stopped: 0 },
          inFlight: 1,
        },
      ],
    });
    for (let second = 0; second < 3; second++)
      await live.send({
        type: 'score',
        at: UNIX_AT_ZERO_MS + 1000 * second,
        windowS: 10,
        sAP: 0.3 + second / 100,
        observedAP: 0.28,
      });
    await page.locator('#frames .figure b:text("12,345")').waitFor();
    const facts = (seq: number, { objects }: DrawnFrame) => ({
      seq,
      capturedAt: UNIX_AT_ZERO_MS + atMs(seq) + LATENCY_MS,
      ...SIZE,
      truth: objects.map(({ box: { x1, y1, x2, y2 }, classId, trackId }) => ({
        box: [x1, y1, x2, y2] as const,
        class: SYNTH_CLASSES[classId],
        trackId,
      })),
    });
    live.show(facts(FRAMES - 2, before), before.jpeg);
    await page.locator('body[data-phase=live]').waitFor();
    live.show(facts(FRAMES, newest), newest.jpeg);
    await page.locator('#latency .figure b:text("1234 ms")').waitFor();
    await page.locator('#latency .chart svg').waitFor();
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.page.close();
    await this.#feed.server.close();
  }
}

function detectionOf({ box: { x1, y1, x2, y2 }, classId, trackId }: Annotation, by: number): Detection {
  return {
    box: { x1: x1 + by, y1, x2: x2 + by, y2 },
    score: 0.9,
    classId,
    className: SYNTH_CLASSES[classId],
    trackId,
  };
}
