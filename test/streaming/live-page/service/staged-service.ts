import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { SYNTH_CLASSES } from '../../../../synth/classes.js';
import type { DropReason } from '../../../../src/core/events.js';
import type { Detection } from '../../../../src/core/detection.js';
import { sceneRules } from '../../../../src/core/scene-rules.js';
import type { ObjectEvent } from '../../../../src/core/scene-events.js';
import { jsonAnswer, type Answer } from '../../../../src/streaming/http/answer.js';
import type { PagePublisher } from '../../../../src/streaming/http/pages.js';
import { pictureBody } from '../../../../src/streaming/live-page/picture-body.js';
import { servicePage } from '../../../../src/streaming/live-page/service-page.js';
import { liveTopic, readLiveTopic } from '../../../../src/streaming/live-video/live-topic.js';
import { dropEventOf, perceptOf, timesOf } from '../../events.js';
import { startFeed, UNIX_AT_ZERO_MS, type FeedHarness } from '../../feed/feed-harness.js';
import type { DrawnFrame } from '../staged-page.js';

/** The states in which a person may find the page of a service. */
export const SERVICE_STATES = ['grid', 'away', 'off', 'camera', 'clip', 'drawing', 'viewer', 'lost', 'login'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

export const STAGED_TOKEN = 'open sesame';

const SIZE = { width: 720, height: 450 };
const FPS = 8;
const SECONDS = 60;
const LATENCY_MS = 84;
const NOW_MS = SECONDS * 1000;
/** Its picture is the one that the page shows. */
export const LAST_SEQ = SECONDS * FPS - 1;
/** A page that is sent more at once gets the newest of each kind alone. */
const AT_ONCE = 20;

const SCENE = sceneRules({
  zones: {
    pavement: {
      points: [
        [0.02, 0.62],
        [0.3, 0.5],
        [0.34, 0.56],
        [0.06, 0.9],
      ],
      classes: ['person'],
      dwellMs: 5000,
    },
    crossing: {
      points: [
        [0.35, 0.62],
        [0.72, 0.62],
        [0.85, 0.82],
        [0.25, 0.82],
      ],
    },
  },
  lines: {
    gate: {
      points: [
        [0.3, 0.55],
        [0.7, 0.55],
      ],
      toLeft: 'leaves',
      toRight: 'comes',
    },
  },
  masks: {
    sky: {
      points: [
        [0, 0],
        [1, 0],
        [1, 0.2],
        [0, 0.2],
      ],
    },
  },
});

/** As many as the page lists. */
const OBJECTS = 24;

const ROUTES = [
  'cameras',
  'stats',
  'cameras/{camera}/rules',
  'events',
  'events/{id}/snapshot.jpg',
  'events/{id}/clip',
  'cameras/{camera}/switches',
].map((name) => ({ method: 'GET', path: `/api/${name}`, role: 'viewer' }) as const);

const TURN = { method: 'PUT', path: '/api/cameras/{camera}/switches/{switch}', role: 'operator' } as const;

/** Reasons of a few drops and of many. */
const DROPS = { 'some lost': ['late', 'superseded'], wanted: ['policy:at night', 'detect-off'] } as const;

/** The second camera where it does not stream. */
const SECOND: Readonly<Partial<Record<ServiceState, object>>> = {
  away: {
    isUp: false,
    isOff: false,
    why: 'reconnecting for 2 min: no answer from 192.0.2.8:554; next attempt in 8 s',
  },
  off: { isUp: false, isOff: true, why: 'switched off' },
};

export type StagedOptions = {
  readonly cameras?: readonly string[];
  readonly frames: readonly DrawnFrame[];
  readonly state: ServiceState;
  /** Path of the clip of every object. */
  readonly clip: string;
  readonly viewport: { readonly width: number; readonly height: number };
};

/** A page of a service that stands still in one state, with all its figures. */
export class StagedService {
  readonly page: Page;
  readonly problems: readonly string[];
  /** The switches of the first camera. */
  readonly switches: Switches;
  readonly #cameras: string[];
  readonly #feed: FeedHarness;

  private constructor(
    page: Page,
    problems: readonly string[],
    switches: Switches,
    cameras: string[],
    feed: FeedHarness,
  ) {
    this.page = page;
    this.problems = problems;
    this.switches = switches;
    this.#cameras = cameras;
    this.#feed = feed;
  }

  static async open(browser: Browser, options: StagedOptions): Promise<StagedService> {
    const { cameras = ['yard', 'front door', 'street'], frames, state, clip, viewport } = options;
    const switches: Switches = { enabled: true, detect: true };
    const present = [...cameras];
    const snapshots = await picturesOf(frames[0]);
    const silent = state === 'away' || state === 'off' ? cameras[1] : undefined;
    let publisher: PagePublisher | undefined;
    const show = (camera: string): void => {
      if (camera === silent) return;
      const { jpeg } = frames[cameras.indexOf(camera) % frames.length];
      publisher?.post({
        topic: liveTopic({ camera, form: 'pictures' }),
        key: '',
        seq: 1000 * NOW_MS,
        body: pictureBody({ ptsMs: NOW_MS, ...SIZE }, jpeg),
        isForWatchers: true,
      });
    };
    const pages = servicePage({
      onOpen: (opened) => (publisher = opened),
      onWatched: (topic, isWatched) => {
        const live = readLiveTopic(topic);
        if (live === undefined || !isWatched) return;
        if (live.form === 'pictures') show(live.camera);
        else publisher?.post({ topic, key: '', body: JSON.stringify({ type: 'none', why: 'this source is drawn' }) });
      },
    });
    const feed = await startFeed({
      pages,
      api: {
        settings: { routes: [...ROUTES, TURN] },
        answer: (what, _, write) =>
          write === undefined
            ? answerTo(what, { cameras: present, state, snapshots, clip, switches })
            : turned(switches, what, write.body),
        ...(state === 'viewer' && {
          access: { users: [{ name: 'vera', role: 'viewer', tokens: [STAGED_TOKEN] }], proxies: { trusted: [] } },
        }),
      },
      streams: cameras,
      classes: SYNTH_CLASSES,
      ...(state === 'login' && { token: STAGED_TOKEN }),
    });
    feed.nowMs = NOW_MS;
    const page = await browser.newPage({ viewport, reducedMotion: 'reduce' });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text());
    });
    const address = feed.server.url.replace('ws', 'http');
    if (state === 'viewer') await page.request.post(`${address}api/login`, { data: { token: STAGED_TOKEN } });
    const isOne = ['camera', 'clip', 'drawing', 'viewer'].includes(state);
    await page.goto(isOne ? `${address}#/camera/${encodeURIComponent(cameras[0])}` : address);
    const staged = new StagedService(page, problems, switches, present, feed);
    if (state === 'login') {
      await page.locator('#login').waitFor();
      return staged;
    }
    await page.locator('.tile .screen, #stage .screen').first().waitFor({ state: 'attached' });
    while (feed.server.clientCount === 0) await page.waitForTimeout(20);
    await page.waitForTimeout(200);
    for (const [i, camera] of cameras.entries())
      if (camera !== silent)
        await staged.#play(camera, frames[i % frames.length], DROPS[state === 'off' ? 'wanted' : 'some lost']);
    await page.locator('[data-form=pictures]').first().waitFor();
    const shown = isOne ? [cameras[0]] : cameras.filter((camera) => camera !== silent);
    for (const camera of shown) show(camera);
    await page
      .locator(`${isOne ? '#stage' : '.tile'} [data-seq="${LAST_SEQ}"]`)
      .first()
      .waitFor();
    if (state === 'clip') {
      await page.locator('#events .play').first().click();
      await clipCanPlay(page);
    }
    if (state === 'drawing') await page.locator('[data-layer=edit]').click();
    if (state === 'lost') {
      await feed.server.close();
      await page.locator('body[data-phase=lost]').waitFor();
    }
    await page.waitForTimeout(700);
    return staged;
  }

  /** The configuration has the first camera no more. */
  removeFirst(): void {
    this.#cameras.shift();
    // The server keeps its answers for a moment.
    this.#feed.nowMs += 1000;
  }

  /** A minute of a camera. */
  async #play(camera: string, { objects }: DrawnFrame, [rare, usual]: readonly DropReason[]): Promise<void> {
    const { server } = this.#feed;
    const detections = objects.map(({ box, classId, trackId }): Detection => ({
      box,
      score: 0.9,
      classId,
      className: SYNTH_CLASSES[classId],
      trackId,
    }));
    for (let seq = 0; seq < SECONDS * FPS; seq++) {
      if (seq % AT_ONCE === 0) await this.page.waitForTimeout(5);
      const capturedAtMs = (1000 * (seq + 1)) / FPS;
      const latencyMs = LATENCY_MS + 20 * Math.sin(seq / 9) + (seq % 41 === 0 ? 60 : 0);
      const frame = { streamId: camera, capturedAtMs, ptsMs: capturedAtMs, uncertaintyMs: 0, ...SIZE };
      if (seq % 3 === 2 && seq !== LAST_SEQ)
        server.publish(dropEventOf(seq, { ...frame, atMs: capturedAtMs + 40, reason: seq % 60 === 2 ? rare : usual }));
      else
        server.publish(
          perceptOf(seq, {
            ...frame,
            times: timesOf(capturedAtMs, latencyMs),
            detections,
          }),
        );
    }
    for (const [i, object] of objects.slice(0, 5).entries()) server.publish(objectOf(camera, object, i));
    server.publishStats({
      atMs: NOW_MS,
      streams: [
        {
          stream: camera,
          received: SECONDS * FPS,
          percepts: 321,
          drops: { [usual]: 151, [rare]: 8 },
          inFlight: 0,
          latencyMs: { p50: LATENCY_MS, p90: 102, p99: 158 },
        },
      ],
    });
  }

  async close(): Promise<void> {
    await this.page.close();
    await this.#feed.server.close();
  }
}

function objectOf(camera: string, { box, classId, trackId }: DrawnFrame['objects'][number], i: number): ObjectEvent {
  const atMs = 9000 * (i + 1);
  return {
    type: 'object',
    streamId: camera,
    seq: i,
    atMs,
    phase: i < 2 ? 'end' : 'update',
    why: i < 2 ? ['lost'] : ['zones'],
    id: `${camera}-${i}`,
    trackId,
    classId,
    className: SYNTH_CLASSES[classId],
    score: 0.8,
    topScore: 0.93,
    box,
    size: SIZE,
    area: 0.02,
    ratio: 0.5,
    startedAtMs: atMs - 4000,
    ...(i < 2 && { endedAtMs: atMs }),
    isStationary: false,
    currentZones: [],
    enteredZones: i % 2 === 0 ? ['crossing'] : [],
    best: { seq: i, ptsMs: atMs, capturedAtMs: atMs, box, score: 0.93 },
  };
}

/** Resolves when the page has the first picture of the clip. */
export async function clipCanPlay(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const video = document.getElementById('clip-video');
    if (video.readyState > 2) resolve();
    else video.oncanplay = () => resolve();
  })`);
}

/** What the stage shows. */
type Shown = {
  readonly cameras: readonly string[];
  readonly state: ServiceState;
  readonly snapshots: readonly Uint8Array[];
  readonly clip: string;
  readonly switches: Switches;
};

/** Whether each is on. */
type Switches = Record<string, boolean>;

function stateOf(switches: Switches, name: string): object {
  return { camera: 'yard', name, isOn: switches[name], configured: true };
}

function turned(switches: Switches, what: string, body: unknown): Answer {
  const name = what.split('/').at(-1)!;
  switches[name] = (body as { readonly on: boolean }).on;
  return jsonAnswer(stateOf(switches, name));
}

/** The objects of a frame, cut out. */
function picturesOf({ objects, jpeg }: DrawnFrame): Promise<readonly Uint8Array[]> {
  return Promise.all(
    objects.slice(0, OBJECTS).map(({ box: { x1, y1, x2, y2 } }) => {
      const [left, top] = [Math.max(0, Math.floor(x1)), Math.max(0, Math.floor(y1))];
      const width = Math.max(1, Math.min(SIZE.width, Math.ceil(x2)) - left);
      const height = Math.max(1, Math.min(SIZE.height, Math.ceil(y2)) - top);
      return sharp(jpeg).extract({ left, top, width, height }).jpeg().toBuffer();
    }),
  );
}

function loggedObjects(camera: string): readonly object[] {
  const iso = (ms: number): string => new Date(UNIX_AT_ZERO_MS + ms).toISOString();
  return Array.from({ length: OBJECTS }, (_, i) => ({
    id: `${camera}-${i}`,
    className: SYNTH_CLASSES[i % SYNTH_CLASSES.length],
    startedAt: iso(NOW_MS - 9000 * (i + 1)),
    ...(i > 0 && { endedAt: iso(NOW_MS - 9000 * i) }),
    topScore: 0.93,
    zones: i % 2 === 0 ? ['crossing'] : [],
    hasSnapshot: i % 5 !== 4,
    hasClip: i > 0 && i % 3 !== 2,
    // Browsers do not play the last one.
    ...(i > 0 && i % 3 !== 2 && { clipCodec: i % 7 === 3 ? 'mjpeg' : 'h264' }),
  }));
}

function answerTo(what: string, { cameras, state, snapshots, clip, switches }: Shown): Answer | undefined {
  const part = /^GET \/api\/events\/.*-(\d+)\/(snapshot|clip)/.exec(decodeURIComponent(what));
  if (part?.[2] === 'clip') return { status: 200, contentType: 'video/mp4', file: clip };
  if (part !== null)
    return { status: 200, contentType: 'image/jpeg', body: snapshots[Number(part[1]) % snapshots.length] };
  switch (what) {
    case 'GET /api/cameras':
      return jsonAnswer({
        cameras: cameras.map((name, i) => ({
          name,
          source: `rtsp://192.0.2.${i + 7}/stream1`,
          ...((i === 1 && SECOND[state]) || { isUp: true, isOff: false, why: 'streaming' }),
          isDetecting: state !== 'off' || i < 2,
          losses: i,
          ...(i === 0 && { crossings: { gate: { leaves: 12, comes: 9 } } }),
        })),
      });
    case `GET /api/cameras/${cameras[0]}/rules`:
      return jsonAnswer({ latencyBudgetMs: 100, followsObjects: true, ...SCENE });
    case `GET /api/cameras/${cameras[0]}/switches`:
      return jsonAnswer({ switches: Object.keys(switches).map((name) => stateOf(switches, name)) });
    case 'GET /api/events':
      return jsonAnswer({ events: loggedObjects(cameras[0]) });
    case 'GET /api/stats':
      return jsonAnswer({ detector: { model: 'yolox-nano.onnx', provider: 'cpu', input: {} } });
    default:
      return undefined;
  }
}

/** The moment of the stage in Unix milliseconds. */
export const STAGED_AT = UNIX_AT_ZERO_MS + NOW_MS;
