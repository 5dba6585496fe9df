import type { Command } from 'commander';
import { DEFAULT_DEMO_SEED, LARGEST_SEED } from '../app/demo/kind.js';
import { DEMO_PORT, DEMO_PRESETS, planDemo, type DemoPlan } from '../app/demo/plan.js';
import type { DemoSummary } from '../app/demo/summary.js';
import { BUILT_IN_PARTS } from '../app/parts.js';
import { durationMs } from '../config/durations.js';
import { anchoredRun } from '../config/run-config.js';
import { openIo, type CliContext } from './command-io.js';
import { addDetectorFlags } from './detector-flags.js';
import { attributionLines } from './eval/output.js';
import { addFlags, keyOption, numberFlag, parsedFlag, readFlags, switchFlag, type RawFlags } from './flags.js';
import { addMoreHelp } from './help.js';
import { readRunFlags } from './run-flags.js';
import { summaryText } from './run-summary.js';

const LONGEST_EXTRA_MS = 1000;
/** A run of this length has pictures, unless drawing starves. */
const LONG_ENOUGH_MS = 3000;

const FLAGS = {
  seed: numberFlag(
    '--seed <n>',
    'seed of the synthetic drive',
    { min: 0, max: LARGEST_SEED, isInteger: true },
    DEFAULT_DEMO_SEED,
  ),
  port: numberFlag(
    '--port <n>',
    'port of the page and the feed; 0 takes any free port',
    { min: 0, max: 65535, isInteger: true },
    undefined,
    `${DEMO_PORT}, or the next free port`,
  ),
  extraMs: parsedFlag('--slower <duration>', 'add this time to every detection, as a slower detector would', {
    allowed: `0 or a duration such as 150ms, ${LONGEST_EXTRA_MS} ms at most`,
    preset: 0,
    presetText: 0,
    parse: parseExtra,
  }),
  headless: switchFlag('--headless', 'serve no page and no feed; only print the summary'),
};

/** Declares `nowcast demo`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('demo')
    .description('Run the bundled model on a synthetic drive, show it live on a page, and score it');
  addFlags(
    addDetectorFlags(command, {
      ...DEMO_PRESETS,
      conf: `${DEMO_PRESETS.conf}, because AP counts unlikely detections too; the page draws those above 0.35`,
    }),
    FLAGS,
  )
    .addOption(keyOption('detect.schedule'))
    .addOption(keyOption('detect.budget'))
    .addOption(keyOption('detect.forecast', DEMO_PRESETS.forecast))
    .addOption(keyOption('output.record'))
    .addOption(keyOption('max_frames'))
    .addOption(keyOption('duration'))
    .action(async (raw: RawFlags) => {
      const plan = readPlan(raw);
      const { demo } = await import('../app/demo/run.js');
      const io = openIo(command, context);
      const { summary, failure } = await demo(plan, io);
      io.print(io.json ? JSON.stringify(summary) : demoText(summary));
      if (failure !== undefined) throw failure;
    });
  addMoreHelp(command, {
    examples: ['nowcast demo', 'nowcast demo --seed 7 --slower 150ms', 'nowcast demo --headless --duration 20s --json'],
    page: 'demo.md',
  });
}

/** @throws UsageError naming the flag that is wrong */
export function readPlan(raw: RawFlags): DemoPlan {
  return planDemo({
    ...readFlags(FLAGS, raw),
    settings: anchoredRun(readRunFlags(raw), process.cwd(), BUILT_IN_PARTS),
  });
}

function parseExtra(text: string): number | undefined {
  const extraMs = text === '0' ? 0 : durationMs(text);
  return extraMs !== undefined && extraMs <= LONGEST_EXTRA_MS ? extraMs : undefined;
}

function demoText(summary: DemoSummary): string {
  const { score, undrawn, total } = summary;
  const lines = [summaryText(summary)];
  if (total.received === 0 && summary.durationMs > LONG_ENOUGH_MS)
    lines.push(
      'not one picture of the drive was drawn, because drawing had too little of the processor; end other programs and try again',
    );
  if (undrawn > 0)
    lines.push(
      `${undrawn} of the ${total.received} frames were not drawn in time, because drawing had too little of the processor; these say nothing about the detector`,
    );
  if (score !== null && score.attribution !== null)
    lines.push(
      '',
      `what streaming cost in the last ${score.seconds.toFixed(0)} s, in AP`,
      '',
      ...attributionLines(score),
    );
  return lines.join('\n');
}
