import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { askUntil } from '../helpers/ask-until.js';
import { chromiumPath } from '../helpers/chromium.js';
import { NEEDS_FFMPEG, presentationTimes } from '../helpers/clips.js';
import { itNeeds } from '../helpers/needs.js';
import { freeUdpPort } from '../helpers/ports.js';
import { hasRtspServer, RtspServer } from '../helpers/rtsp-server.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';
import { eventsOf, model, NEEDS as NEEDS_PERSON, person } from './person-run.js';

const NEEDS = { ...NEEDS_FFMPEG, 'an RTSP server of GStreamer': hasRtspServer() };
const PASSWORDS = ['subSecret77', 'mainSecret88'] as const;

type Camera = {
  readonly percepts: number;
  readonly losses: number;
  readonly record?: { readonly source: string; readonly state: string; readonly message?: string };
};

describe('a camera with a stream for recordings', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const servers: RtspServer[] = [];
  let run: LoggedRun | undefined;
  let sender: ChildProcess | undefined;
  afterEach(async () => {
    sender?.kill('SIGKILL');
    await run?.interrupt();
    run = undefined;
    await Promise.all(servers.splice(0).map((server) => server.kill()));
  });

  const serverOf = async (width: number, height: number, password: string, port = 0): Promise<RtspServer> => {
    const server = await RtspServer.start({ width, height, fps: 10, user: 'ada', password, port });
    servers.push(server);
    return server;
  };
  const addressOf = ({ url }: RtspServer, password: string): string => url.replace('//', `//ada:${password}@`);
  const start = async () => {
    run = new LoggedRun(['serve', '-c', 'cameras.yaml', '--listen', '0', '--json', '--record', 'run.jsonl'], folder());
    const url = await run.finds(/service: (http:\S+)/);
    const ask = async (path: string): Promise<string> => {
      // A busy program may answer late, which its server reports.
      const answer = await askUntil(
        () => fetch(new URL(path, url)),
        ({ ok }) => ok,
      );
      return answer.text();
    };
    const until = (isRight: (front: Camera) => boolean): Promise<Camera> =>
      askUntil(async () => JSON.parse(await ask('/api/cameras/front')) as Camera, isRight);
    return { run, url, ask, until };
  };
  const write = (detect: string, record: string, more: object = { record: { folder: 'video' } }): void => {
    const cameras = { front: { source: { detect, record }, objects: { threshold: 0.5 } } };
    const config = { model: { provider: 'cpu' }, detect: { budget: '5s' }, cameras, ...more };
    writeFileSync(join(folder(), 'cameras.yaml'), JSON.stringify(config));
  };
  const videos = (section = 'video'): string[] =>
    readdirSync(join(folder(), section, 'front'))
      .filter((name) => name.endsWith('.mp4'))
      .map((name) => join(section, 'front', name));
  const sizeOf = (path: string): string =>
    execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0:s=x', path], {
      cwd: folder(),
      encoding: 'utf8',
    }).trim();

  itNeeds(NEEDS, 'is detected on at one size and recorded at the other, and shows the secrets of neither', async () => {
    const sub = await serverOf(320, 240, PASSWORDS[0]);
    const main = await serverOf(640, 480, PASSWORDS[1]);
    write(addressOf(sub, PASSWORDS[0]), addressOf(main, PASSWORDS[1]));
    const service = await start();
    const { percepts: before } = await service.until(({ record }) => record?.state === 'streaming');
    await service.until(({ percepts }) => percepts > before + 60);
    const answers = await Promise.all(['/api/stats', '/api/config', '/metrics', '/api/cameras'].map(service.ask));
    const { code, stdout, stderr } = await service.run.interrupt();
    run = undefined;
    assert.equal(code, 130, stderr);

    const sizes = new Set<string>();
    for (const event of await eventsOf(join(folder(), 'run.jsonl')))
      if (event.type === 'percept') sizes.add(`${event.width}x${event.height}`);
    assert.deepEqual([...sizes], ['320x240']);
    assert.deepEqual(videos().map(sizeOf), ['640x480']);
    const times = presentationTimes(join(folder(), videos()[0]));
    assert.ok(times.length > 20, String(times));

    assert.match(answers[0], /"record": ?\{\s*"source": ?"rtsp:\/\/\*\*\*@127\.0\.0\.1:\d+\/cam"/);
    const recording = readFileSync(join(folder(), 'run.jsonl'), 'utf8');
    for (const password of PASSWORDS)
      for (const text of [...answers, stdout, stderr, recording]) assert.ok(!text.includes(password), text);
  });

  itNeeds(
    NEEDS,
    'is detected on while that stream is away, which is recorded again when it is back, or is another one',
    async () => {
      const sub = await serverOf(320, 240, PASSWORDS[0]);
      const main = await serverOf(640, 480, PASSWORDS[1]);
      write(addressOf(sub, PASSWORDS[0]), addressOf(main, PASSWORDS[1]));
      const service = await start();
      await service.until(({ record, percepts }) => record?.state === 'streaming' && percepts > 20);
      await main.kill();
      const { percepts } = await service.until(({ record }) => record?.state === 'reconnecting');
      const away = await service.until(({ percepts: now }) => now > percepts + 20);
      assert.equal(away.losses, 0);
      assert.match(away.record?.message ?? '', /\w/);
      await serverOf(640, 480, PASSWORDS[1], main.port);
      const back = await service.until(({ record }) => record?.state === 'streaming');
      await service.until(({ percepts: now }) => now > back.percepts + 20);
      const other = await serverOf(800, 600, PASSWORDS[1]);
      write(addressOf(sub, PASSWORDS[0]), addressOf(other, PASSWORDS[1]));
      service.run.signal('SIGHUP');
      await service.run.says('configuration taken over: restarted front');
      const moved = await service.until(({ record }) => record?.state === 'streaming');
      assert.match(moved.record!.source, new RegExp(`:${other.port}/`));
      await service.until(({ percepts: now }) => now > moved.percepts + 20);
      const { stderr } = await service.run.interrupt();
      run = undefined;
      assert.match(stderr, /front, to record: .*; it is tried until it answers/);
      assert.match(stderr, /front, to record: it is back/);
      assert.deepEqual(videos().map(sizeOf), ['640x480', '640x480', '800x600']);
    },
  );

  itNeeds(NEEDS, 'ends its recording when it is switched off, and begins another one later', async () => {
    const sub = await serverOf(320, 240, PASSWORDS[0]);
    const main = await serverOf(640, 480, PASSWORDS[1]);
    write(addressOf(sub, PASSWORDS[0]), addressOf(main, PASSWORDS[1]));
    const service = await start();
    const turn = async (on: boolean): Promise<void> => {
      const options = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ on }) };
      await askUntil(
        () => fetch(new URL('/api/cameras/front/switches/enabled', service.url), options),
        ({ ok }) => ok,
      );
    };
    const begun = await service.until(({ record }) => record?.state === 'streaming');
    await service.until(({ percepts }) => percepts > begun.percepts + 20);
    await turn(false);
    // A recording has its name once it is complete.
    await service.until(({ record }) => record === undefined && videos().length > 0);
    await turn(true);
    const again = await service.until(({ record }) => record?.state === 'streaming');
    await service.until(({ percepts }) => percepts > again.percepts + 20);
    await service.run.interrupt();
    run = undefined;
    assert.deepEqual(videos().map(sizeOf), ['640x480', '640x480']);
    for (const video of videos()) assert.ok(presentationTimes(join(folder(), video)).length > 10, video);
  });

  itNeeds(NEEDS_PERSON, 'has the large pictures in the clips of its objects', async () => {
    const [detect, record] = [await freeUdpPort(), await freeUdpPort()].map((port) => `udp://127.0.0.1:${port}`);
    const more = {
      model: { path: model, provider: 'cpu', labels: 'coco' },
      clips: { folder: 'clips', pre_roll: '1s', max_length: '5s' },
    };
    write(detect, record, more);
    const service = await start();
    const outputs = [
      ...['-c', 'copy', '-f', 'mpegts', `${record}?pkt_size=1316`],
      ...['-vf', 'scale=416:-2', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10'],
      ...['-f', 'mpegts', `${detect}?pkt_size=1316`],
    ];
    sender = spawn('ffmpeg', ['-v', 'error', '-re', '-i', person, '-an', ...outputs], { stdio: 'ignore' });
    type Objects = { readonly events: readonly { readonly hasClip: boolean }[] };
    while (!(JSON.parse(await service.ask('/api/events')) as Objects).events.some(({ hasClip }) => hasClip));
    await service.run.interrupt();
    run = undefined;
    const [clip] = videos('clips');
    assert.equal(sizeOf(clip), sizeOf(person));
    assert.notEqual(sizeOf(clip).slice(0, 4), '416x');
    assert.ok(presentationTimes(join(folder(), clip)).length > 10);
  });

  itNeeds(
    { ...NEEDS, Chromium: chromiumPath !== undefined },
    'is shown small in the grid of the page, and large on its own',
    async () => {
      const [sub, main] = [await serverOf(320, 240, PASSWORDS[0]), await serverOf(640, 480, PASSWORDS[1])];
      write(addressOf(sub, PASSWORDS[0]), addressOf(main, PASSWORDS[1]), {});
      const service = await start();
      const browser = await chromium.launch({
        executablePath: chromiumPath!,
        args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
      });
      try {
        const page = await browser.newPage();
        const widthIn = async (form: string): Promise<unknown> => {
          const video = page.locator(`.screen[data-form=${form}][data-pts] video`);
          const width = (): Promise<number> =>
            video.evaluate((one: unknown) => (one as { videoWidth: number }).videoWidth);
          return askUntil(width, (pixels) => pixels > 0);
        };
        await page.goto(service.url);
        assert.equal(await widthIn('video'), 320);
        // Nobody needs the other one.
        assert.equal((await service.until(() => true)).record?.state, 'idle');
        await page.goto(new URL('#/camera/front', service.url).href);
        assert.equal(await widthIn('full'), 640);
        await service.until(({ record }) => record?.state === 'streaming');
      } finally {
        await browser.close();
      }
      await service.until(({ record }) => record?.state === 'idle');
    },
  );
});
