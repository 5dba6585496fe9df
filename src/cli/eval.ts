import type { Command } from 'commander';
import type { StreamingJson } from '../../evaluation/score.js';
import { DEFAULT_FPS } from '../app/evaluate/inputs.js';
import { TIMED_SCHEDULES } from '../app/evaluate/timed-policy.js';
import { UsageError } from '../core/errors.js';
import { readNumber } from '../core/number-rule.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import {
  addDetectorFlags,
  ANNOTATIONS,
  CLASSES,
  DATA_ROOT,
  ETA,
  FORECAST,
  fpsFlag,
  MODEL_CLASSES,
  OUTPUTS,
  readDetector,
  reportRequest,
  STRICT,
} from './eval-flags.js';
import { checkMinimum, cocoText, differenceText, streamingText } from './eval-output.js';
import {
  addFlags,
  keyOption,
  numberFlag,
  parsedFlag,
  readFlags,
  requiredFlag,
  textFlag,
  type RawFlags,
} from './flags.js';
import { addMoreHelp } from './help.js';
import { readRunFlags } from './run-flags.js';

const SCHEDULE = {
  schedule: textFlag('--schedule <name>', 'which frame to run on, and when', {
    allowed: TIMED_SCHEDULES,
    preset: 'idle-free',
  }),
};
const DOCUMENTATION = 'evaluation.md';

/** Declares `nowcast eval` and its sub-commands. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('eval')
    .description('Measure accuracy: COCO AP, streaming AP, simulation, comparison');
  for (const declare of [coco, stream, offline, realtime, simulate, diff]) declare(command, context);
  addMoreHelp(command, {
    examples: [
      'nowcast eval offline --annotations annotations.json --data-root pictures --coco found.json',
      'nowcast eval stream run.jsonl --annotations annotations.json --detections found.json',
      'nowcast eval simulate --help',
    ],
    page: DOCUMENTATION,
  });
}

function coco(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...CLASSES,
    detections: requiredFlag('--detections <file.json>', 'COCO results: [{image_id, category_id, bbox, score}…]'),
    ...OUTPUTS,
  };
  const command = addFlags(parent.command('coco').description('compute the COCO AP of a file of results'), flags);
  addMoreHelp(command, {
    examples: ['nowcast eval coco --annotations annotations.json --detections found.json --report report.html'],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { report, minSap, ...files } = readFlags(flags, raw);
    const { evaluateCoco } = await import('../app/evaluate/coco.js');
    const io = openIo(command, context);
    const result = evaluateCoco({ ...files, report: reportRequest(report, raw, ['annotations', 'detections']) }, io);
    io.print(io.json ? JSON.stringify(result) : cocoText(result));
    checkMinimum(result.stats.AP, minSap);
  });
}

function stream(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...ETA,
    ...FORECAST,
    ...OUTPUTS,
    recording: textFlag('--recording <file>', 'the same file, given as a flag'),
    runNumber: numberFlag(
      '--run <n>',
      'the run to score, where a recording holds several',
      { min: 1, isInteger: true },
      undefined,
      'the last',
    ),
    detections: textFlag(
      '--detections <file.json>',
      'COCO results of the detector for every frame: required for outputs without detections; also explains the gap to offline AP',
    ),
    fps: fpsFlag(undefined, `the recording's, else ${DEFAULT_FPS}`),
  };
  const command = addFlags(
    parent
      .command('stream')
      .description("compute the streaming AP of a recording, or of another program's timestamped outputs")
      .argument('[file]', 'the recording (*.jsonl) or the timestamped outputs (*.json)'),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval stream run.jsonl --annotations annotations.json',
      'nowcast eval stream run.jsonl --annotations annotations.json --detections found.json --report report.html',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (file: string | undefined, raw: RawFlags) => {
    const { recording, report, minSap, ...options } = readFlags(flags, raw);
    const run = file ?? recording;
    if (run === undefined) throw new UsageError('eval stream needs a recording or timestamped outputs: name the file');
    if (file !== undefined && recording !== undefined)
      throw new UsageError(`eval stream scores one file, but got ${file} and --recording ${recording}`);
    const { evaluateStream } = await import('../app/evaluate/stream.js');
    const io = openIo(command, context);
    const facts = reportRequest(report, { ...raw, recording: run }, [
      'recording',
      'annotations',
      'detections',
      'eta',
      'forecast',
    ]);
    printScore(evaluateStream({ ...options, run, report: facts }, io), minSap, io);
  });
}

function offline(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...STRICT,
    ...DATA_ROOT,
    ...OUTPUTS,
    coco: textFlag('--coco <file.json>', 'write the detections as COCO results, which --detections reads'),
  };
  const command = addFlags(
    addDetectorFlags(
      parent
        .command('offline')
        .description('run a detector on every frame, however long it takes, and compute COCO AP'),
    ),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval offline --annotations annotations.json --data-root pictures',
      'nowcast eval offline --annotations clip.json --data-root clip.mp4 --coco found.json',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { report, minSap, ...options } = readFlags(flags, raw);
    const detector = readDetector(raw);
    const { evaluateOffline } = await import('../app/evaluate/offline.js');
    const io = openIo(command, context);
    const result = await evaluateOffline(
      { ...options, detector, report: reportRequest(report, raw, ['annotations', 'dataRoot']) },
      io,
    );
    io.print(io.json ? JSON.stringify(result) : cocoText(result));
    checkMinimum(result.stats.AP, minSap);
  });
}

function realtime(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...STRICT,
    ...DATA_ROOT,
    ...ETA,
    ...FORECAST,
    ...OUTPUTS,
    detections: textFlag('--detections <file.json>', 'COCO results of the detector for every frame', {
      preset: 'the detector runs on every frame after the sequence was played',
    }),
    fps: fpsFlag(DEFAULT_FPS),
    record: textFlag('--record <file.jsonl>', 'write the recording of the run'),
  };
  const command = addFlags(
    addDetectorFlags(
      parent.command('realtime').description('play frames to a detector in real time and compute streaming AP'),
    )
      .addOption(SCHEDULE.schedule.option)
      .addOption(keyOption('detect.budget', 'none')),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval realtime --annotations annotations.json --data-root pictures',
      'nowcast eval realtime --annotations annotations.json --data-root pictures --schedule shrinking-tail --forecast nowcast --record run.jsonl',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { report, minSap, ...options } = readFlags(flags, raw);
    const { schedule = 'idle-free', budget = 'none' } = readRunFlags(raw).detect ?? {};
    const detector = readDetector(raw);
    const { evaluateRealtime } = await import('../app/evaluate/realtime.js');
    const io = openIo(command, context);
    const result = await evaluateRealtime(
      {
        ...options,
        detector,
        schedule,
        budgetMs: budget === 'none' ? undefined : budget,
        report: reportRequest(report, { ...raw, schedule }, [
          'model',
          'annotations',
          'dataRoot',
          'detections',
          'schedule',
          'budget',
          'eta',
          'forecast',
        ]),
      },
      io,
    );
    printScore(result, minSap, io);
  });
}

function simulate(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...CLASSES,
    ...SCHEDULE,
    ...ETA,
    ...FORECAST,
    ...OUTPUTS,
    detections: requiredFlag('--detections <file.json>', 'COCO results of the detector for every frame'),
    runtime: textFlag('--runtime <file.json>', 'runtime profile to draw runtimes from, written by nowcast profile'),
    runtimeTrace: textFlag(
      '--runtime-trace <file.json>',
      'JSON array of runtimes in seconds, used in order over all sequences',
    ),
    perfFactor: numberFlag(
      '--perf-factor <factor>',
      "speed of the simulated device relative to the profiled one; divides the profile's runtimes",
      { above: 0 },
      1,
    ),
    workers: parsedFlag('--workers <n|infinite>', 'number of detectors that run in parallel', {
      allowed: 'a whole number of 1 or more, or infinite',
      preset: 1,
      presetText: 1,
      parse: (text) => (text === 'infinite' ? text : readNumber(text, { min: 1, isInteger: true })),
    }),
    fps: fpsFlag(DEFAULT_FPS),
    seed: numberFlag('--seed <n>', 'seed of the drawn runtimes', { min: 0, isInteger: true }, 0),
    record: textFlag('--record <file.jsonl>', 'write the recording of the simulated run'),
  };
  const command = addFlags(
    parent
      .command('simulate')
      .description('compute the streaming AP of a detector with given runtimes, schedule and workers'),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval simulate --annotations annotations.json --detections found.json --runtime runtime.json',
      'nowcast eval simulate --annotations annotations.json --detections found.json --runtime runtime.json --perf-factor 2 --schedule shrinking-tail',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const {
      runtime: profile,
      runtimeTrace: trace,
      perfFactor,
      seed,
      schedule = 'idle-free',
      report,
      minSap,
      ...options
    } = readFlags(flags, raw);
    const { evaluateSimulation } = await import('../app/evaluate/simulate.js');
    const io = openIo(command, context);
    const names = [
      'annotations',
      'detections',
      'runtime',
      'runtimeTrace',
      'schedule',
      'perfFactor',
      'workers',
      'seed',
      'eta',
      'forecast',
    ];
    printScore(
      evaluateSimulation(
        {
          ...options,
          schedule,
          runtimes: { profile, trace, perfFactor, seed },
          report: reportRequest(report, { ...raw, schedule }, names),
        },
        io,
      ),
      minSap,
      io,
    );
  });
}

function diff(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...ETA,
    detections: textFlag(
      '--detections <file.json>',
      'COCO results of the detector for every frame: required for outputs without detections',
    ),
    fps: fpsFlag(undefined, `the recordings', else ${DEFAULT_FPS}`),
    resamples: numberFlag('--resamples <n>', 'number of bootstrap samples', { min: 1, isInteger: true }, 1000),
    seed: numberFlag('--seed <n>', 'seed of the bootstrap', { min: 0, isInteger: true }, 0),
  };
  const command = addFlags(
    parent
      .command('diff')
      .description('compare the streaming AP of two runs over the same frames')
      .argument('<a>', 'recording or timestamped outputs of one run')
      .argument('<b>', 'recording or timestamped outputs of the other run'),
    flags,
  );
  addMoreHelp(command, {
    examples: ['nowcast eval diff before.jsonl after.jsonl --annotations annotations.json'],
    page: DOCUMENTATION,
  });
  command.action(async (a: string, b: string, raw: RawFlags) => {
    const options = readFlags(flags, raw);
    const { diffRuns } = await import('../app/evaluate/diff.js');
    const io = openIo(command, context);
    const difference = diffRuns({ ...options, runs: [a, b] }, io);
    io.print(io.json ? JSON.stringify(difference) : differenceText(difference));
  });
}

function printScore(result: StreamingJson, minSap: number | undefined, io: CommandIo): void {
  io.print(io.json ? JSON.stringify(result) : streamingText(result));
  checkMinimum(result.stats.AP, minSap);
}
