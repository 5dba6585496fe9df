import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { RunSummary } from '../../src/app/run/summary.js';
import { pattern, presentationTimes } from '../helpers/clips.js';
import { COMMAND, nowcast } from '../helpers/command.js';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { freeUdpPort } from '../helpers/ports.js';
import { children, HAS_PROC } from '../helpers/processes.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { detectorsOf, eventually, hasProc } from '../model/host/child-processes.js';
import { eventsOf, inTerminal, model, NEEDS, NEEDS_TERMINAL, person, within } from './person-run.js';

describe('the end of nowcast run', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  itNeeds(NEEDS, '--duration ends it, and waiting frames become drops', async () => {
    const { code, stdout, stderr } = await nowcast(
      ['run', person, '--model', model, '--provider', 'cpu', '--duration', '1s', '--json'],
      within(folder()),
    );
    assert.equal(code, 0, stderr);
    const { total } = JSON.parse(stdout) as RunSummary;
    // About ten frames; a busy machine may stop later.
    assert.ok(total.received > 0 && total.received < 300, `${total.received} of 1394 frames at 10 a second`);
    assert.equal(total.inFlight, 0);
  });

  for (const [how, signal, exit, alsoChildren] of [
    ['Ctrl-C', 'SIGINT', 130, false],
    ['SIGTERM', 'SIGTERM', 143, false],
    ['SIGTERM to it and all its children, as a service manager sends it,', 'SIGTERM', 143, true],
    ['SIGHUP', 'SIGHUP', 129, false],
  ] as const) {
    itNeeds(
      { ...NEEDS, '/proc': HAS_PROC },
      `${how} ends it with ${exit}: the recording is whole, the summary is printed, no child is left`,
      async () => {
        const recording = join(folder(), 'run.jsonl');
        let started: number[] = [];
        const { code, stdout, stderr } = await nowcast(
          ['run', person, '--model', model, '--provider', 'cpu', '--record', recording, '--json'],
          {
            ...within(folder()),
            onStart: (child) => {
              // The log reports when frames arrive.
              child.stderr!.on('data', (data: Buffer) => {
                if (started.length > 0 || !data.toString().includes('streaming')) return;
                started = children(child.pid);
                if (alsoChildren) for (const pid of started) process.kill(pid, signal);
                child.kill(signal);
              });
            },
          },
        );
        assert.equal(code, exit, stderr);
        const { total, problems } = JSON.parse(stdout) as RunSummary;
        assert.deepEqual([total.inFlight, problems], [0, []]);
        const outcomes = (await eventsOf(recording)).filter(({ type }) => type === 'percept' || type === 'drop');
        assert.equal(outcomes.length, total.received);
        assert.equal(started.length, 2, 'ffmpeg and the detector');
        assert.deepEqual(
          started.filter((pid) => existsSync(`/proc/${pid}`)),
          [],
        );
      },
    );
  }

  itNeeds(
    NEEDS,
    'Ctrl-C while the video is drawn exits with 130, prints the summary, and leaves no partial file',
    async () => {
      const { code, stdout, stderr } = await nowcast(
        [
          'run',
          person,
          '--model',
          model,
          '--provider',
          'cpu',
          '--offline',
          '--max-frames',
          '60',
          '--save',
          'a.mp4',
          '--json',
        ],
        {
          ...within(folder()),
          onStart: (child) => {
            child.stderr!.on('data', (data: Buffer) => {
              if (data.toString().includes('drawing')) child.kill('SIGINT');
            });
          },
        },
      );
      assert.equal(code, 130, stderr);
      assert.deepEqual(
        [(JSON.parse(stdout) as RunSummary).total.percepts, (JSON.parse(stdout) as RunSummary).written],
        [60, []],
      );
      assert.deepEqual(
        readdirSync(folder()).filter((name) => name.startsWith('a.mp4')),
        [],
      );
    },
  );

  /** Acts on the command once its recording has some lines. */
  const midRun =
    (recording: string, act: (child: ChildProcess) => void) =>
    (child: ChildProcess): void => {
      const watch = setInterval(() => {
        if (!existsSync(recording) || readFileSync(recording, 'utf8').split('\n').length <= 8) return;
        clearInterval(watch);
        act(child);
      }, 5);
      child.on('close', () => clearInterval(watch));
    };

  for (const [what, signals, why] of [
    ['killed', ['SIGSTOP', 'SIGKILL'], /being restarted: SIGKILL/],
    ['made to hang', ['SIGSTOP'], /being restarted: it gave no answer within/],
  ] as const) {
    itNeeds(
      { ...NEEDS, 'Linux /proc': hasProc },
      `a detector that is ${what} mid-run loses only the frame in flight, and percepts continue`,
      async () => {
        const recording = join(folder(), 'run.jsonl');
        const { code, stderr } = await nowcast(
          [
            'run',
            person,
            '--model',
            model,
            '--provider',
            'cpu',
            '--offline',
            '--max-frames',
            '60',
            '--record',
            recording,
          ],
          {
            ...within(folder()),
            onStart: midRun(recording, ({ pid }) => {
              const [detector] = detectorsOf(pid);
              for (const signal of signals) process.kill(detector, signal);
            }),
          },
        );
        assert.equal(code, 0, stderr);
        assert.match(stderr, why);
        const outcomes = (await eventsOf(recording)).filter(
          (event) => event.type === 'percept' || event.type === 'drop',
        );
        assert.deepEqual(
          outcomes.map(({ seq }) => seq),
          Array.from({ length: 60 }, (_, i) => i),
        );
        const lost = outcomes.flatMap((event) => (event.type === 'drop' ? [event.reason] : []));
        assert.ok(lost.length <= 1 && lost.every((reason) => reason === 'detector-failed'), lost.join());
        assert.equal(outcomes.at(-1)?.type, 'percept');
      },
    );
  }

  itNeeds(
    { ...NEEDS, 'Linux /proc': hasProc },
    'with --strict, a detector that cannot recover ends it with 1: the results are kept and summed up, and every client receives the failure',
    async () => {
      const recording = join(folder(), 'run.jsonl');
      const { code, stdout, stderr } = await nowcast(
        ['run', person, '--model', model, '--provider', 'cpu', '--strict', '--record', recording, '--json'],
        {
          ...within(folder()),
          onStart: midRun(recording, ({ pid }) => {
            for (const name of readdirSync(join(folder(), 'cache')).filter((file) => file.endsWith('.onnx')))
              rmSync(join(folder(), 'cache', name));
            process.kill(detectorsOf(pid)[0], 'SIGKILL');
          }),
        },
      );
      assert.equal(code, 1);
      assert.match(stderr, /\nnowcast: the detector failed to start 8 times in a row: .*\n$/);
      const { total, problems } = JSON.parse(stdout) as RunSummary;
      const events = await eventsOf(recording);
      assert.equal(total.percepts, events.filter(({ type }) => type === 'percept').length);
      assert.ok(total.percepts > 0);
      assert.equal(total.inFlight, 0, 'every frame came out');
      assert.match(problems.join(), /failed to start 8 times/);
      const last = events.at(-1);
      assert.ok(
        last?.type === 'status' && last.state === 'failed' && last.streamId === undefined,
        JSON.stringify(last),
      );
    },
  );

  itNeeds(NEEDS_TERMINAL, 'a closed terminal ends it like Ctrl-C: the recording is complete', async () => {
    const recording = join(folder(), 'run.jsonl');
    const exitCode = join(folder(), 'exit-code');
    const terminal = inTerminal(
      folder(),
      (run) =>
        `${run} & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > ${exitCode}.tmp; mv ${exitCode}.tmp ${exitCode}`,
      '--record',
      recording,
    );
    terminal.stdout.resume();
    midRun(recording, () => terminal.kill('SIGKILL'))(terminal);
    await eventually(() => existsSync(exitCode));
    assert.equal(readFileSync(exitCode, 'utf8').trim(), '129');
    const seqs = (await eventsOf(recording)).flatMap((event) =>
      event.type === 'percept' || event.type === 'drop' ? [event.seq] : [],
    );
    assert.deepEqual(
      seqs.sort((a, b) => a - b),
      Array.from({ length: seqs.length }, (_, i) => i),
    );
  });

  itNeeds(NEEDS, 'kill -9 leaves a recording that is readable to its last complete line', async () => {
    const recording = join(folder(), 'run.jsonl');
    const { code } = await nowcast(['run', person, '--model', model, '--provider', 'cpu', '--record', recording], {
      ...within(folder()),
      onStart: midRun(recording, (child) => child.kill('SIGKILL')),
    });
    assert.equal(code, null);
    assert.ok((await eventsOf(recording, () => undefined)).length >= 6);
  });

  itNeeds(
    { ...NEEDS, '/dev/full': existsSync('/dev/full') },
    'continues to its end if the disk is full, and then exits with 1',
    async () => {
      const { code, stdout, stderr } = await nowcast(
        [
          'run',
          person,
          '--model',
          model,
          '--provider',
          'cpu',
          '--offline',
          '--max-frames',
          '3',
          '--record',
          '/dev/full',
          '--json',
        ],
        within(folder()),
      );
      assert.equal(code, 1);
      const { total, problems } = JSON.parse(stdout) as RunSummary;
      assert.equal(total.percepts, 3);
      assert.match(problems.join(), /\/dev\/full failed, so the file ends here: the disk is full/);
      assert.match(stderr, /nowcast: writing \/dev\/full failed/);
    },
  );

  /** Mounts a separate disk of 22 MB as the folder `disk`, and copies its content out afterwards. */
  const ON_SMALL_DISK = [
    'unshare',
    '-rm',
    'sh',
    '-c',
    'mkdir disk kept && mount -t tmpfs -o size=22m none disk && "$@"; code=$?; cp disk/* kept; exit $code',
    'sh',
  ];
  itNeeds(
    { ...NEEDS, 'unshare with mount': hasProgram('unshare', '-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt') },
    "comes no sooner where a camera's video fills the disk: what was kept is drawn, and the exit code is 1",
    async () => {
      const port = await freeUdpPort();
      const sender = spawn(
        'ffmpeg',
        [
          '-nostdin',
          '-v',
          'error',
          '-re',
          ...pattern('640x360', 15, 120),
          '-vf',
          'noise=alls=40:allf=t',
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-b:v',
          '8M',
          '-minrate',
          '8M',
          '-g',
          '15',
          '-f',
          'mpegts',
          `udp://127.0.0.1:${port}?pkt_size=1316`,
        ],
        { stdio: 'ignore' },
      );
      try {
        const { code, stdout, stderr } = await nowcast(
          [
            'run',
            `udp://127.0.0.1:${port}`,
            '--model',
            model,
            '--provider',
            'cpu',
            '--duration',
            '10s',
            '--save',
            'disk/a.mp4',
            '--json',
          ],
          { ...within(folder()), inside: ON_SMALL_DISK },
        );
        assert.equal(code, 1, stderr);
        const { total, problems, written } = JSON.parse(stdout) as RunSummary;
        assert.match(
          problems.join(),
          /^\S+a\.mp4 ends before the run does: the disk of \S+ has \d+ MB left.*; free some space, or choose another place$/,
        );
        assert.equal(total.gaps, 0);
        assert.doesNotMatch(stderr, /reconnecting/);
        assert.equal(written.length, 1);
        const drawn = presentationTimes(join(folder(), 'kept', 'a.mp4')).length;
        assert.ok(drawn > 10 && drawn < total.received - 10, `${drawn} of ${total.received} frames`);
        assert.deepEqual(readdirSync(join(folder(), 'kept')), ['a.mp4']);
      } finally {
        sender.kill('SIGKILL');
        await once(sender, 'close');
      }
    },
  );

  itNeeds(NEEDS, 'continues after its log is closed', async () => {
    const child = spawn(
      process.execPath,
      [COMMAND, 'run', person, '--model', model, '--provider', 'cpu', '--offline', '--max-frames', '3', '--json'],
      {
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...within(folder()).env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child.stderr.destroy();
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as RunSummary).total.percepts, 3);
  });
});
