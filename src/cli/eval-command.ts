import type { Command } from 'commander';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { evalFlags } from './eval-flags.js';
import type { RunFlagValues } from './run-flags.js';

/** Declares `nowcast eval` and what it can do. */
export function register(program: Command, context: CliContext): void {
  const evaluate = program.command('eval').description('Accuracy: COCO AP, streaming AP, simulation, comparison');
  const declare = (name: string, description: string, flags: readonly ((command: Command) => Command)[]): Command => {
    const command = evaluate.command(name).description(description);
    for (const add of flags) add(command);
    return command;
  };
  const action = (command: Command, run: (io: CommandIo, args: readonly unknown[], flags: RunFlagValues) => Promise<void>): void => {
    command.action(async (...args: unknown[]) => run(openIo(command, context), args.slice(0, -2), args.at(-2) as RunFlagValues));
  };
  const { annotations, timing, detector, playing, outputs } = evalFlags;

  action(declare('coco', 'COCO AP of a list of results', [annotations, outputs])
    .requiredOption('--detections <file.json>', 'COCO results: [{image_id, category_id, bbox, score}…]'),
  async (io, _, flags) => (await import('./eval-coco.js')).evalCoco(io, flags));

  action(declare('stream', 'streaming AP of a recording, or of another program\'s timestamped outputs', [annotations, timing, outputs])
    .argument('[file]', 'the recording (*.jsonl) or outputs (*.json)')
    .option('--recording <file>', 'the same, as a flag')
    .option('--detections <file.json>', 'what the detector finds in every frame, as COCO results: needed for outputs without detections, and to attribute the gap to offline AP')
    .option('--fps <rate>', 'frame rate (default: what the recording tells, else 30)'),
  async (io, [file], flags) => (await import('./eval-stream.js')).evalStream(io, file as string | undefined, flags));

  action(declare('offline', 'COCO AP of a detector on every frame, without a clock', [annotations, detector, outputs])
    .requiredOption('--data-root <folder-or-video>', 'folder that holds the pictures (below the folders of their sequences, where there are any), or the video that is annotated')
    .option('--coco <file.json>', 'write what the detector finds, as COCO results: what --detections reads'),
  async (io, _, flags) => (await import('../app/evaluate/offline.js')).evalOffline(io, flags));

  action(declare('realtime', 'streaming AP of a detector on frames that are played by the clock from memory', [annotations, detector, playing, timing, outputs])
    .requiredOption('--data-root <folder-or-video>', 'folder that holds the pictures (below the folders of their sequences, where there are any), or the video that is annotated')
    .option('--detections <file.json>', 'what the detector finds in every frame, as COCO results (default: found by detecting on every frame, after its sequence)')
    .option('--fps <rate>', 'frame rate (default: 30)')
    .option('--record <file.jsonl>', 'write the recording of the run'),
  async (io, _, flags) => (await import('../app/evaluate/realtime.js')).evalRealtime(io, flags));

  action(declare('simulate', 'streaming AP that a detector would reach with other runtimes, schedules or workers', [annotations, timing, outputs])
    .requiredOption('--detections <file.json>', 'what the detector finds in every frame, as COCO results')
    .option('--runtime <file.json>', 'runtime profile to draw runtimes from, as nowcast profile writes it')
    .option('--runtime-trace <file.json>', 'array of runtimes in seconds, taken in order over all sequences')
    .option('--schedule <name>', 'idle-free, idle-next, shrinking-tail, threshold or stride:N (default: idle-free)')
    .option('--perf-factor <factor>', 'how many times as fast the device is; divides the profile\'s runtimes (default: 1)')
    .option('--workers <n|infinite>', 'detectors side by side (default: 1)')
    .option('--fps <rate>', 'frame rate (default: 30)')
    .option('--seed <n>', 'of the draws (default: 0)')
    .option('--record <file.jsonl>', 'write the recording that such a run would have written'),
  async (io, _, flags) => (await import('./eval-simulate.js')).evalSimulate(io, flags));

  action(declare('diff', 'compare the streaming AP of two runs over the same frames', [annotations])
    .argument('<a>', 'recording or timestamped outputs')
    .argument('<b>', 'the same of another run')
    .option('--detections <file.json>', 'for outputs that hold no detections: COCO results by frame')
    .option('--eta <frames>', 'how many frame intervals earlier each frame asks for its output (default: 0)')
    .option('--fps <rate>', 'frame rate (default: what the recordings tell, else 30)')
    .option('--resamples <n>', 'bootstrap samples (default: 1000)')
    .option('--seed <n>', 'of the bootstrap (default: 0)'),
  async (io, [a, b], flags) => (await import('./eval-diff.js')).evalDiff(io, a as string, b as string, flags));
}
