import assert from 'node:assert/strict';
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { RunSummary } from '../../src/cli/run-summary.js';
import { boxIou } from '../../src/core/box.js';
import type { PerceptEvent, PipelineEvent } from '../../src/core/events.js';
import type { FeedMessage } from '../../src/streaming/feed/protocol.js';
import { readRecording } from '../../src/streaming/sinks/recording-reader.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../helpers/clips.js';
import { COMMAND, nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { children, HAS_PROC } from '../helpers/processes.js';
import { hasRtspServer, RtspServer } from '../helpers/rtsp-server.js';
import { parityCases, readJson, realFile } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { detectorsOf, eventually, hasProc } from '../model/host/child-processes.js';

const MODEL = realFile('yolox_nano.onnx');
const PERSON = realFile('one-by-one-person-detection.mp4');
const NEEDS = { ...NEEDS_FFMPEG, 'yolox_nano.onnx': MODEL !== undefined, 'one-by-one-person-detection.mp4': PERSON !== undefined };
const model = MODEL ?? '';
const person = PERSON ?? '';

type Reference = { readonly bbox_xyxy: [number, number, number, number]; readonly score: number; readonly cls: number };

/** Of the percept's detections of the same class. */
function bestIou({ detections }: PerceptEvent, { bbox_xyxy: [x1, y1, x2, y2], cls }: Reference): number {
  return Math.max(0, ...detections.filter(({ classId }) => classId === cls).map(({ box }) => boxIou(box, { x1, y1, x2, y2 })));
}

async function eventsOf(path: string): Promise<PipelineEvent[]> {
  const events: PipelineEvent[] = [];
  for await (const event of (await readRecording(path, (warning) => assert.fail(warning))).events) events.push(event);
  return events;
}

describe('nowcast run', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const clips = clipFolder();
  const cached = (): { env: Record<string, string>; cwd: string } => ({ env: { NOWCAST_CACHE: join(folder(), 'cache') }, cwd: folder() });

  itNeeds(NEEDS, 'offline: as many percepts as frames, in order, in the recording, the COCO results and the video', async () => {
    const { code, stdout, stderr } = await nowcast(['run', person, '--model', model, '--labels', 'coco', '--offline', '--max-frames', '40',
      '--provider', 'cpu', '--record', 'run.jsonl', '--coco', 'results.json', '--save', 'annotated.mp4', '--json'], cached());
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(stdout) as RunSummary;
    assert.deepEqual([summary.total.received, summary.total.percepts, summary.total.inFlight], [40, 40, 0]);
    assert.deepEqual([summary.model.requestedProvider, summary.model.provider], ['cpu', 'cpu']);

    const percepts = (await eventsOf(join(folder(), 'run.jsonl'))).filter((event): event is PerceptEvent => event.type === 'percept');
    assert.deepEqual(percepts.map(({ seq }) => seq), Array.from({ length: 40 }, (_, i) => i));
    const results = readJson<{ image_id: number; category_id: number }[]>(join(folder(), 'results.json'));
    assert.equal(results.length, percepts.reduce((sum, { detections }) => sum + detections.length, 0));
    // The clip shows a screen: class 62 of 80 is category 72 of 90.
    assert.ok(results.some(({ category_id }) => category_id === 72));
    const times = presentationTimes(join(folder(), 'annotated.mp4'));
    assert.equal(times.length, 40);
    assert.ok(times.every((s, i) => Math.abs(s - percepts[i].ptsMs / 1000) < 0.001));
  });

  const cases = parityCases('real-yolox-nano');
  itNeeds({ ...NEEDS, 'parity real-yolox-nano': cases.length > 0 }, 'finds through ffmpeg what the reference finds in the same pictures', async () => {
    const { code, stderr } = await nowcast(['run', person, '--model', model, '--labels', 'coco', '--offline', '--provider', 'cpu', '--record', 'run.jsonl'], cached());
    assert.equal(code, 0, stderr);
    const percepts = new Map((await eventsOf(join(folder(), 'run.jsonl'))).flatMap((event) => event.type === 'percept' ? [[event.seq, event]] : []));
    let compared = 0;
    for (const { path } of cases) {
      const expected = readJson<Record<string, { detections: Record<string, Reference[]> }>>(join(path, 'expected.json'));
      for (const [name, { detections }] of Object.entries(expected)) {
        const seq = /^person(\d+)/.exec(name)?.[1];
        if (seq === undefined) continue;
        for (const reference of detections['demo_classaware'].filter(({ score }) => score > 0.5)) {
          compared += 1;
          const best = bestIou(percepts.get(Number(seq))!, reference);
          assert.ok(best > 0.9, `${name}: class ${reference.cls} is found with IoU ${best}`);
        }
      }
    }
    assert.ok(compared >= 4, `${compared} reference detections were compared`);
  });

  const dog = realFile('dog.jpg');
  itNeeds({ ...NEEDS, 'dog.jpg': dog !== undefined, 'parity real-yolox-nano': cases.length > 0 }, 'finds in a folder\'s picture what the reference finds', async () => {
    mkdirSync(join(folder(), 'pictures'));
    copyFileSync(dog ?? '', join(folder(), 'pictures', 'dog.jpg'));
    const { code, stderr } = await nowcast(['run', 'pictures', '--model', model, '--labels', 'coco', '--offline', '--provider', 'cpu', '--record', 'run.jsonl'], cached());
    assert.equal(code, 0, stderr);
    const [percept] = (await eventsOf(join(folder(), 'run.jsonl'))).filter((event): event is PerceptEvent => event.type === 'percept');
    const expected = readJson<Record<string, { detections: Record<string, Reference[]> }>>(join(cases[0].path, 'expected.json'));
    const wanted = expected['dog.jpg'].detections['demo_classaware'].filter(({ score }) => score > 0.5);
    assert.ok(wanted.length > 0);
    for (const reference of wanted) assert.ok(bestIou(percept, reference) > 0.9, `class ${reference.cls} is found with IoU ${bestIou(percept, reference)}`);
  });

  itNeeds(NEEDS, 'by the clock: every frame comes out once, as a percept or as a drop', async () => {
    const clip = clips.make(...pattern('320x240', 60, 2), '-c:v', 'mpeg4', 'fast.mp4');
    const { code, stderr } = await nowcast(['run', clip, '--model', model, '--provider', 'cpu', '--record', 'run.jsonl', '--forecast', 'nowcast'], cached());
    assert.equal(code, 0, stderr);
    const seqs = (await eventsOf(join(folder(), 'run.jsonl'))).flatMap((event) => event.type === 'percept' || event.type === 'drop' ? [event.seq] : []);
    assert.deepEqual(seqs.sort((a, b) => a - b), Array.from({ length: 120 }, (_, i) => i));
  });

  itNeeds(NEEDS, '--duration ends it, and what waited is a drop', async () => {
    const { code, stdout, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--duration', '1s', '--json'], cached());
    assert.equal(code, 0, stderr);
    const { total } = JSON.parse(stdout) as RunSummary;
    assert.ok(total.received > 0 && total.received < 30, `${total.received} of 1394 frames at 10 a second`);
    assert.equal(total.inFlight, 0);
  });

  itNeeds({ ...NEEDS, 'an RTSP server': hasRtspServer() }, 'a camera runs for its duration and is kept as an annotated video', async () => {
    const camera = await RtspServer.start({ width: 320, height: 240, fps: 15 });
    try {
      const { code, stdout, stderr } = await nowcast(['run', camera.url, '--model', model, '--provider', 'cpu', '--schedule', 'shrinking-tail',
        '--budget', '100', '--forecast', 'none', '--duration', '4s', '--save', 'camera.mp4', '--json'], cached());
      assert.equal(code, 0, stderr);
      const { total } = JSON.parse(stdout) as RunSummary;
      assert.ok(total.percepts > 0);
      assert.ok(Math.abs(presentationTimes(join(folder(), 'camera.mp4')).length - total.received) <= 3);
    } finally {
      await camera.kill();
    }
  });

  for (const [how, signal, exit, alsoChildren] of [
    ['Ctrl-C', 'SIGINT', 130, false],
    ['SIGTERM', 'SIGTERM', 143, false],
    ['SIGTERM to it and all its children, as a service manager sends it,', 'SIGTERM', 143, true],
    ['SIGHUP', 'SIGHUP', 129, false],
  ] as const) {
    itNeeds({ ...NEEDS, '/proc': HAS_PROC }, `${how} ends it with ${exit}: the recording is whole, the summary is printed, no child is left`, async () => {
      const recording = join(folder(), 'run.jsonl');
      let started: number[] = [];
      const { code, stdout, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--record', recording, '--json'], {
        ...cached(),
        onStart: (child) => {
          // The log says when frames flow.
          child.stderr!.on('data', (data: Buffer) => {
            if (started.length > 0 || !data.toString().includes('streaming')) return;
            started = children(child.pid);
            if (alsoChildren) for (const pid of started) process.kill(pid, signal);
            child.kill(signal);
          });
        },
      });
      assert.equal(code, exit, stderr);
      const { total, problems } = JSON.parse(stdout) as RunSummary;
      assert.deepEqual([total.inFlight, problems], [0, []]);
      const outcomes = (await eventsOf(recording)).filter(({ type }) => type === 'percept' || type === 'drop');
      assert.equal(outcomes.length, total.received);
      assert.equal(started.length, 2, 'ffmpeg and the detector');
      assert.deepEqual(started.filter((pid) => existsSync(`/proc/${pid}`)), []);
    });
  }

  itNeeds(NEEDS, 'Ctrl-C while the video is drawn ends it with 130: the summary is printed, nothing half done is left', async () => {
    const scratch = join(folder(), 'tmp');
    mkdirSync(scratch);
    const { code, stdout, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '60', '--save', 'a.mp4', '--json'], {
      env: { ...cached().env, TMPDIR: scratch },
      cwd: folder(),
      onStart: (child) => {
        child.stderr!.on('data', (data: Buffer) => { if (data.toString().includes('drawing')) child.kill('SIGINT'); });
      },
    });
    assert.equal(code, 130, stderr);
    assert.deepEqual([(JSON.parse(stdout) as RunSummary).total.percepts, (JSON.parse(stdout) as RunSummary).written], [60, []]);
    assert.deepEqual([readdirSync(folder()).filter((name) => name.startsWith('a.mp4')), readdirSync(scratch)], [[], []]);
  });

  /** Acts on the command, once, when its recording has some lines. */
  const midRun = (recording: string, act: (child: ChildProcess) => void) => (child: ChildProcess): void => {
    const watch = setInterval(() => {
      if (!existsSync(recording) || readFileSync(recording, 'utf8').split('\n').length <= 8) return;
      clearInterval(watch);
      act(child);
    }, 5);
    child.on('close', () => clearInterval(watch));
  };

  for (const [what, signals, why] of [['killed', ['SIGSTOP', 'SIGKILL'], /started again: SIGKILL/], ['made to hang', ['SIGSTOP'], /started again: it gave no answer within/]] as const) {
    itNeeds({ ...NEEDS, 'Linux /proc': hasProc }, `a detector that is ${what} mid-run loses the frame in flight and no more, and percepts go on`, async () => {
      const recording = join(folder(), 'run.jsonl');
      const { code, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '60', '--record', recording], {
        ...cached(),
        onStart: midRun(recording, ({ pid }) => {
          const [detector] = detectorsOf(pid);
          for (const signal of signals) process.kill(detector, signal);
        }),
      });
      assert.equal(code, 0, stderr);
      assert.match(stderr, why);
      const outcomes = (await eventsOf(recording)).filter((event) => event.type === 'percept' || event.type === 'drop');
      assert.deepEqual(outcomes.map(({ seq }) => seq), Array.from({ length: 60 }, (_, i) => i));
      const lost = outcomes.flatMap((event) => event.type === 'drop' ? [event.reason] : []);
      assert.ok(lost.length <= 1 && lost.every((reason) => reason === 'detector-failed'), lost.join());
      assert.equal(outcomes.at(-1)?.type, 'percept');
    });
  }

  itNeeds({ ...NEEDS, 'Linux /proc': hasProc }, 'a detector that is lost for good ends it with 1: what was found until then is kept and summed up, and all are told', async () => {
    const recording = join(folder(), 'run.jsonl');
    const { code, stdout, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--record', recording, '--json'], {
      ...cached(),
      onStart: midRun(recording, ({ pid }) => {
        for (const name of readdirSync(join(folder(), 'cache')).filter((file) => file.endsWith('.onnx'))) rmSync(join(folder(), 'cache', name));
        process.kill(detectorsOf(pid)[0], 'SIGKILL');
      }),
    });
    assert.equal(code, 1);
    assert.match(stderr, /\nnowcast: the detector failed to start 8 times in a row: .*\n$/);
    const { total, problems } = JSON.parse(stdout) as RunSummary;
    const events = await eventsOf(recording);
    assert.equal(total.percepts, events.filter(({ type }) => type === 'percept').length);
    assert.ok(total.percepts > 0);
    assert.equal(total.inFlight, 0, 'every frame came out');
    assert.match(problems.join(), /failed to start 8 times/);
    const last = events.at(-1);
    assert.ok(last?.type === 'status' && last.state === 'failed' && last.streamId === undefined, JSON.stringify(last));
  });

  const NEEDS_TERMINAL = { ...NEEDS, script: existsSync('/usr/bin/script') };
  /** Runs a shell's line, made from that of the command, in a terminal of its own, whose screen comes out of `stdout`. */
  const inTerminal = (line: (run: string) => string, ...flags: string[]): ChildProcessByStdio<null, Readable, null> => {
    const run = [process.execPath, COMMAND, 'run', person, '--model', model, '--provider', 'cpu', ...flags].map((word) => `'${word}'`).join(' ');
    return spawn('/usr/bin/script', ['-qec', line(run), '/dev/null'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm', ...cached().env }, stdio: ['ignore', 'pipe', 'ignore'],
    });
  };

  itNeeds(NEEDS_TERMINAL, 'draws its progress on a terminal and takes it away again; not elsewhere, and not beside JSON', async () => {
    const flags = ['--offline', '--max-frames', '20'];
    const screen = await text(inTerminal((run) => run, ...flags).stdout);
    assert.match(screen, /frames .*\d+%.*\d\/20 frames/);
    assert.ok(screen.lastIndexOf('\x1b[?25h') > screen.lastIndexOf('\x1b[?25l'), 'the cursor is given back');
    assert.match(screen, /20 percepts of 20 frames/);
    assert.ok(!(await text(inTerminal((run) => run, ...flags, '--json').stdout)).includes('\x1b'));
    const { stdout, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', ...flags], cached());
    assert.ok(!(stdout + stderr).includes('\x1b'));
  });

  itNeeds(NEEDS_TERMINAL, 'a terminal that goes away ends it as Ctrl-C does: the recording is whole', async () => {
    const recording = join(folder(), 'run.jsonl');
    const exitCode = join(folder(), 'exit-code');
    const terminal = inTerminal((run) => `${run} & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > ${exitCode}.tmp; mv ${exitCode}.tmp ${exitCode}`, '--record', recording);
    terminal.stdout.resume();
    midRun(recording, () => terminal.kill('SIGKILL'))(terminal);
    await eventually(() => existsSync(exitCode));
    assert.equal(readFileSync(exitCode, 'utf8').trim(), '129');
    const seqs = (await eventsOf(recording)).flatMap((event) => event.type === 'percept' || event.type === 'drop' ? [event.seq] : []);
    assert.deepEqual(seqs.sort((a, b) => a - b), Array.from({ length: seqs.length }, (_, i) => i));
  });

  itNeeds(NEEDS, 'kill -9 leaves a recording that is readable to its last full line', async () => {
    const recording = join(folder(), 'run.jsonl');
    const { code } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--record', recording], {
      ...cached(),
      onStart: midRun(recording, (child) => child.kill('SIGKILL')),
    });
    assert.equal(code, null);
    const events: PipelineEvent[] = [];
    for await (const event of (await readRecording(recording, () => undefined)).events) events.push(event);
    assert.ok(events.length >= 6);
  });

  itNeeds(NEEDS, 'several sources share the detector, and one that fails leaves the other alone', async () => {
    const good = clips.make(...pattern('320x240', 10, 1), '-c:v', 'mpeg4', 'good.mp4');
    writeFileSync(join(folder(), 'bad.mp4'), 'no video');
    const { code, stdout, stderr } = await nowcast(['run', good, 'bad.mp4', '--model', model, '--provider', 'cpu', '--json'], cached());
    assert.equal(code, 1);
    assert.match(stderr, /nowcast: .*bad\.mp4/);
    const summary = JSON.parse(stdout) as RunSummary;
    assert.deepEqual([summary.streams['good'].received, summary.streams['bad'].received], [10, 0]);
    assert.equal(summary.problems.length, 1);
  });

  itNeeds(NEEDS, 'a video that is cut off: what is there is detected on, then said', async () => {
    const whole = clips.make(...pattern('320x240', 10, 4), '-c:v', 'mpeg4', '-f', 'matroska', 'whole.mkv');
    copyFileSync(whole, join(folder(), 'cut.mkv'));
    truncateSync(join(folder(), 'cut.mkv'), Math.floor(statSync(whole).size / 2));
    const { code, stdout, stderr } = await nowcast(['run', 'cut.mkv', '--model', model, '--provider', 'cpu', '--offline', '--json'], cached());
    assert.equal(code, 1, stderr);
    const { total, problems } = JSON.parse(stdout) as RunSummary;
    assert.ok(total.percepts > 5 && total.percepts < 40, `${total.percepts} of 40`);
    assert.match(problems.join(), /^cut: cut off or damaged after \d+ frames/);
  });

  itNeeds(NEEDS, 'without ffmpeg files go through the embedded one, and a camera says what to install', async () => {
    const env = { ...cached().env, PATH: '' };
    const file = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '5', '--json'], { ...cached(), env });
    assert.equal(file.code, 0, file.stderr);
    assert.equal((JSON.parse(file.stdout) as RunSummary).total.percepts, 5);
    const camera = await nowcast(['run', 'rtsp://127.0.0.1:1/x', '--model', model, '--provider', 'cpu', '-q'], { ...cached(), env });
    assert.equal(camera.code, 1);
    assert.match(camera.stderr, /^nowcast: a camera needs an ffmpeg of its own: install ffmpeg 4\.4 or later/m);
  });

  itNeeds(NEEDS, 'serves the feed while it runs', async () => {
    const clip = clips.make(...pattern('320x240', 10, 3), '-c:v', 'mpeg4', 'feed.mp4');
    const seen: FeedMessage[] = [];
    const { code, stderr } = await nowcast(['run', clip, '--model', model, '--provider', 'cpu', '--feed', '0', '--log-format', 'json'], {
      ...cached(),
      onStart: (child) => {
        child.stderr!.on('data', (data: Buffer) => {
          const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(data.toString())?.[0];
          if (url === undefined) return;
          void import('ws').then(({ WebSocket }) => {
            new WebSocket(url, 'nowcast.feed.v1').on('message', (message: Buffer) => seen.push(JSON.parse(message.toString()) as FeedMessage));
          });
        });
      },
    });
    assert.equal(code, 0, stderr);
    const types = seen.map(({ type }) => type as string);
    assert.equal(types[0], 'hello');
    for (const type of ['percept', 'stats', 'status']) assert.ok(types.includes(type), `${type} in ${[...new Set(types)].join(', ')}`);
    const last = seen.findLast((message) => message.type === 'stats')!.streams[0];
    assert.deepEqual([last.stream, last.received, last.inFlight], ['feed', 30, 0]);
    assert.ok(last.latencyMs!.p50 > 0);
  });

  itNeeds({ ...NEEDS, '/dev/full': existsSync('/dev/full') }, 'goes on to its end where the disk is full, and then says so with 1', async () => {
    const { code, stdout, stderr } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '3', '--record', '/dev/full', '--json'], cached());
    assert.equal(code, 1);
    const { total, problems } = JSON.parse(stdout) as RunSummary;
    assert.equal(total.percepts, 3);
    assert.match(problems.join(), /\/dev\/full failed and has ended: the disk is full/);
    assert.match(stderr, /nowcast: writing \/dev\/full failed/);
  });

  itNeeds(NEEDS, 'goes on where nobody reads its log any more', async () => {
    const child = spawn(process.execPath, [COMMAND, 'run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '3', '--json'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...cached().env }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.destroy();
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as RunSummary).total.percepts, 3);
  });
});
