import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { RunSummary } from '../../src/app/run/summary.js';
import { boxIou } from '../../src/core/box.js';
import type { PerceptEvent } from '../../src/core/events.js';
import type { FeedMessage } from '../../src/streaming/feed/protocol.js';
import { clipFolder, pattern, presentationTimes } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { hasRtspServer, RtspServer } from '../helpers/rtsp-server.js';
import { parityCases, readJson, realFile } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { eventsOf, inTerminal, model, NEEDS, NEEDS_TERMINAL, person, within } from './person-run.js';

type Reference = { readonly bbox_xyxy: [number, number, number, number]; readonly score: number; readonly cls: number };

/** The clip has ten pictures a second. */
const PERSON_INTERVAL_MS = 100;

/** Largest IoU with a detection of the same class in the percept. */
function bestIou({ detections }: PerceptEvent, { bbox_xyxy: [x1, y1, x2, y2], cls }: Reference): number {
  return Math.max(
    0,
    ...detections.filter(({ classId }) => classId === cls).map(({ box }) => boxIou(box, { x1, y1, x2, y2 })),
  );
}

describe('nowcast run', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const clips = clipFolder();

  itNeeds(
    NEEDS,
    'offline: every frame has a percept, in order, in the recording, the COCO results and the video',
    async () => {
      const { code, stdout, stderr } = await nowcast(
        [
          'run',
          person,
          '--model',
          model,
          '--labels',
          'coco',
          '--offline',
          '--max-frames',
          '40',
          '--provider',
          'cpu',
          '--record',
          'run.jsonl',
          '--coco',
          'results.json',
          '--save',
          'annotated.mp4',
          '--json',
        ],
        within(folder()),
      );
      assert.equal(code, 0, stderr);
      const summary = JSON.parse(stdout) as RunSummary;
      assert.deepEqual([summary.total.received, summary.total.percepts, summary.total.inFlight], [40, 40, 0]);
      assert.deepEqual([summary.model.requestedProvider, summary.model.provider], ['cpu', 'cpu']);

      const percepts = (await eventsOf(join(folder(), 'run.jsonl'))).filter(
        (event): event is PerceptEvent => event.type === 'percept',
      );
      assert.deepEqual(
        percepts.map(({ seq }) => seq),
        Array.from({ length: 40 }, (_, i) => i),
      );
      const results = readJson<{ image_id: number; category_id: number }[]>(join(folder(), 'results.json'));
      assert.equal(
        results.length,
        percepts.reduce((sum, { detections }) => sum + detections.length, 0),
      );
      // The clip shows a screen: class 62 of 80 is category 72 of 90.
      assert.ok(results.some(({ category_id }) => category_id === 72));
      const times = presentationTimes(join(folder(), 'annotated.mp4'));
      assert.equal(times.length, 40);
      assert.ok(times.every((s, i) => Math.abs(s - percepts[i].ptsMs / 1000) < 0.001));
    },
  );

  const cases = parityCases('real-yolox-nano');
  itNeeds(
    { ...NEEDS, 'parity real-yolox-nano': cases.length > 0 },
    'detects the same objects through ffmpeg as the reference in the same pictures',
    async () => {
      const pictures = cases.flatMap(({ path }) =>
        Object.entries(
          readJson<Record<string, { detections: Record<string, Reference[]> }>>(join(path, 'expected.json')),
        ),
      );
      let compared = 0;
      for (const [name, { detections }] of pictures) {
        const seq = /^person(\d+)/.exec(name)?.[1];
        if (seq === undefined) continue;
        const ptsMs = Number(seq) * PERSON_INTERVAL_MS;
        const flags = ['--start', `${ptsMs}ms`, '--max-frames', '1', '--record', `${seq}.jsonl`];
        const { code, stderr } = await nowcast(
          ['run', person, '--model', model, '--labels', 'coco', '--offline', '--provider', 'cpu', ...flags],
          within(folder()),
        );
        assert.equal(code, 0, stderr);
        const [percept] = (await eventsOf(join(folder(), `${seq}.jsonl`))).filter((event) => event.type === 'percept');
        assert.equal(percept.ptsMs, ptsMs);
        for (const reference of detections['demo_classaware'].filter(({ score }) => score > 0.5)) {
          compared += 1;
          const best = bestIou(percept, reference);
          assert.ok(best > 0.9, `${name}: class ${reference.cls} is found with IoU ${best}`);
        }
      }
      assert.ok(compared >= 4, `${compared} reference detections were compared`);
    },
  );

  const dog = realFile('dog.jpg');
  itNeeds(
    { ...NEEDS, 'dog.jpg': dog !== undefined, 'parity real-yolox-nano': cases.length > 0 },
    "finds in a folder's picture what the reference finds",
    async () => {
      mkdirSync(join(folder(), 'pictures'));
      copyFileSync(dog ?? '', join(folder(), 'pictures', 'dog.jpg'));
      const { code, stderr } = await nowcast(
        [
          'run',
          'pictures',
          '--model',
          model,
          '--labels',
          'coco',
          '--offline',
          '--provider',
          'cpu',
          '--record',
          'run.jsonl',
        ],
        within(folder()),
      );
      assert.equal(code, 0, stderr);
      const [percept] = (await eventsOf(join(folder(), 'run.jsonl'))).filter(
        (event): event is PerceptEvent => event.type === 'percept',
      );
      const expected = readJson<Record<string, { detections: Record<string, Reference[]> }>>(
        join(cases[0].path, 'expected.json'),
      );
      const wanted = expected['dog.jpg'].detections['demo_classaware'].filter(({ score }) => score > 0.5);
      assert.ok(wanted.length > 0);
      for (const reference of wanted)
        assert.ok(
          bestIou(percept, reference) > 0.9,
          `class ${reference.cls} is found with IoU ${bestIou(percept, reference)}`,
        );
    },
  );

  itNeeds(NEEDS, 'in real time: every frame comes out once, as a percept or as a drop', async () => {
    const clip = clips.make(...pattern('320x240', 60, 2), '-c:v', 'mpeg4', 'fast.mp4');
    const { code, stderr } = await nowcast(
      ['run', clip, '--model', model, '--provider', 'cpu', '--record', 'run.jsonl', '--forecast', 'nowcast'],
      within(folder()),
    );
    assert.equal(code, 0, stderr);
    const seqs = (await eventsOf(join(folder(), 'run.jsonl'))).flatMap((event) =>
      event.type === 'percept' || event.type === 'drop' ? [event.seq] : [],
    );
    assert.deepEqual(
      seqs.sort((a, b) => a - b),
      Array.from({ length: 120 }, (_, i) => i),
    );
  });

  itNeeds(
    { ...NEEDS, 'an RTSP server': hasRtspServer() },
    'a camera runs for its duration and is kept as an annotated video',
    async () => {
      const camera = await RtspServer.start({ width: 320, height: 240, fps: 15 });
      try {
        const { code, stdout, stderr } = await nowcast(
          [
            'run',
            camera.url,
            '--model',
            model,
            '--provider',
            'cpu',
            '--schedule',
            'shrinking-tail',
            '--budget',
            '100',
            '--forecast',
            'none',
            '--duration',
            '4s',
            '--save',
            'camera.mp4',
            '--json',
          ],
          within(folder()),
        );
        assert.equal(code, 0, stderr);
        const { total } = JSON.parse(stdout) as RunSummary;
        assert.ok(total.percepts > 0);
        assert.ok(Math.abs(presentationTimes(join(folder(), 'camera.mp4')).length - total.received) <= 3);
      } finally {
        await camera.kill();
      }
    },
  );

  itNeeds(
    NEEDS_TERMINAL,
    'draws its progress on a terminal and removes it; draws none elsewhere, and none with --json',
    async () => {
      const flags = ['--offline', '--max-frames', '20'];
      const screen = await text(inTerminal(folder(), (run) => run, ...flags).stdout);
      assert.match(screen, /detecting .*\d+%.*\d of 20 frames/);
      assert.ok(screen.lastIndexOf('\x1b[?25h') > screen.lastIndexOf('\x1b[?25l'), 'the cursor is given back');
      assert.match(screen, /20 percepts of 20 frames/);
      assert.ok(!(await text(inTerminal(folder(), (run) => run, ...flags, '--json').stdout)).includes('\x1b'));
      const { stdout, stderr } = await nowcast(
        ['run', person, '--model', model, '--provider', 'cpu', ...flags],
        within(folder()),
      );
      assert.ok(!(stdout + stderr).includes('\x1b'));
    },
  );

  itNeeds(NEEDS, 'several sources share the detector, and one that fails leaves the other alone', async () => {
    const good = clips.make(...pattern('320x240', 10, 1), '-c:v', 'mpeg4', 'good.mp4');
    writeFileSync(join(folder(), 'bad.mp4'), 'no video');
    const { code, stdout, stderr } = await nowcast(
      ['run', good, 'bad.mp4', '--model', model, '--provider', 'cpu', '--json'],
      within(folder()),
    );
    assert.equal(code, 1);
    assert.match(stderr, /nowcast: .*bad\.mp4/);
    const summary = JSON.parse(stdout) as RunSummary;
    assert.deepEqual([summary.streams['good'].received, summary.streams['bad'].received], [10, 0]);
    assert.equal(summary.problems.length, 1);
  });

  itNeeds(NEEDS, 'a truncated video: detects on its readable frames, then reports it', async () => {
    const whole = clips.make(...pattern('320x240', 10, 4), '-c:v', 'mpeg4', '-f', 'matroska', 'whole.mkv');
    copyFileSync(whole, join(folder(), 'cut.mkv'));
    truncateSync(join(folder(), 'cut.mkv'), Math.floor(statSync(whole).size / 2));
    const { code, stdout, stderr } = await nowcast(
      ['run', 'cut.mkv', '--model', model, '--provider', 'cpu', '--offline', '--json'],
      within(folder()),
    );
    assert.equal(code, 1, stderr);
    const { total, problems } = JSON.parse(stdout) as RunSummary;
    assert.ok(total.percepts > 5 && total.percepts < 40, `${total.percepts} of 40`);
    assert.match(problems.join(), /^cut: cut off or damaged after \d+ frames/);
  });

  itNeeds(
    NEEDS,
    'without ffmpeg on PATH: reads files with that of an npm package, and names the program to install for a camera',
    async () => {
      const env = { ...within(folder()).env, PATH: '' };
      const file = await nowcast(
        ['run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '5', '--json'],
        { ...within(folder()), env },
      );
      assert.equal(file.code, 0, file.stderr);
      assert.equal((JSON.parse(file.stdout) as RunSummary).total.percepts, 5);
      const camera = await nowcast(['run', 'rtsp://127.0.0.1:1/x', '--model', model, '--provider', 'cpu', '-q'], {
        ...within(folder()),
        env,
      });
      assert.equal(camera.code, 1);
      assert.match(
        camera.stderr,
        /^nowcast: the ffmpeg of the npm package, \S+, reads files only; to read cameras, install ffmpeg 4\.4 or later/m,
      );
    },
  );

  itNeeds(NEEDS, 'serves the feed while it runs', async () => {
    const clip = clips.make(...pattern('320x240', 10, 3), '-c:v', 'mpeg4', 'feed.mp4');
    const seen: FeedMessage[] = [];
    const { code, stderr } = await nowcast(
      ['run', clip, '--model', model, '--provider', 'cpu', '--feed', '0', '--log-format', 'json'],
      {
        ...within(folder()),
        onStart: (child) => {
          child.stderr!.on('data', (data: Buffer) => {
            const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(data.toString())?.[0];
            if (url === undefined) return;
            void import('ws').then(({ WebSocket }) => {
              new WebSocket(url, 'nowcast.feed.v1').on('message', (message: Buffer) =>
                seen.push(JSON.parse(message.toString()) as FeedMessage),
              );
            });
          });
        },
      },
    );
    assert.equal(code, 0, stderr);
    const types = seen.map(({ type }) => type as string);
    assert.equal(types[0], 'hello');
    for (const type of ['percept', 'stats', 'status'])
      assert.ok(types.includes(type), `${type} in ${[...new Set(types)].join(', ')}`);
    const last = seen.findLast((message) => message.type === 'stats')!.streams[0];
    assert.deepEqual([last.stream, last.received, last.inFlight], ['feed', 30, 0]);
    assert.ok(last.latencyMs!.p50 > 0);
  });
});
