import type { Command } from 'commander';
import { durationMs, DURATION_FORMS } from '../config/durations.js';
import { PARTS } from '../app/parts.js';
import { anchoredRun, resolveRun } from '../config/run-config.js';
import { mergeSettings } from '../config/settings.js';
import type { DemoPlan } from '../app/demo/plan.js';
import type { DemoSummary } from '../app/demo/summary.js';
import { DEFAULT_DEMO_SEED, LARGEST_SEED } from '../app/demo/kind.js';
import { UsageError } from '../core/errors.js';
import { openIo, type CliContext } from './command-io.js';
import { evalFlags, numberFlag } from './eval-flags.js';
import { attributionLines } from './eval-streaming-output.js';
import { readRunFlags, runKeyHelp, type RunFlagValues } from './run-flags.js';
import { summaryText } from './run-summary.js';

const PORT = 8765;
const LONGEST_EXTRA_MS = 1000;

/** The keys of a run that the demo sets otherwise: it shows forecasts, and is scored, which wants the unlikely boxes too. */
const PRESETS = { conf: 0.01, nms: 0.5, forecast: 'nowcast' } as const;

/** Declares `nowcast demo`. */
export function register(program: Command, context: CliContext): void {
  const command = program.command('demo').description('A synthetic drive through the bundled model, live on a page, with its score');
  evalFlags.detector(command, { conf: `${PRESETS.conf}, since AP wants the unlikely ones; the page draws those above 0.35`, nms: String(PRESETS.nms) })
    .option('--seed <n>', `which drive (default: ${DEFAULT_DEMO_SEED})`)
    .option('--port <n>', `of the page and the feed; 0 takes a free one (default: ${PORT}, or the next one that is free)`)
    .option('--slower <duration>', 'pretend that the detector takes so much longer than it does (default: 0)')
    .option('--headless', 'no page and no feed: the summary alone')
    .option('--schedule <name>', `${runKeyHelp('detect.schedule')} (default: idle-free)`)
    .option('--budget <duration>', `${runKeyHelp('detect.budget')} (default: 100ms)`)
    .option('--forecast <name>', `${runKeyHelp('detect.forecast')} (default: ${PRESETS.forecast})`)
    .option('--record <file.jsonl>', runKeyHelp('output.record'))
    .option('--max-frames <n>', runKeyHelp('max_frames'))
    .option('--duration <duration>', runKeyHelp('duration'))
    .action(async (flags: RunFlagValues) => {
      const io = openIo(command, context);
      const plan = planDemo(flags);
      const { demo } = await import('../app/demo/run.js');
      const { summary, failure } = await demo(plan, io);
      io.print(io.json ? JSON.stringify(summary) : demoText(summary));
      if (failure !== undefined) throw failure;
    });
}

/** @throws UsageError naming the flag that is wrong */
export function planDemo(flags: RunFlagValues): DemoPlan {
  const seed = numberFlag(flags, '--seed', DEFAULT_DEMO_SEED, { min: 0, max: LARGEST_SEED, integer: true });
  const asked = numberFlag(flags, '--port', undefined, { min: 0, max: 65535, integer: true });
  const headless = flags['headless'] === true;
  if (headless && asked !== undefined) throw new UsageError('--headless serves nothing, and --port says where; leave one of them out');
  const settings = mergeSettings({ detect: PRESETS }, anchoredRun(readRunFlags(flags), process.cwd(), PARTS));
  const run = resolveRun({ ...settings, ...(headless ? {} : { feed: { port: asked ?? PORT } }) }, [`demo:${seed}`], PARTS);
  if (run.detect.schedule === 'every') throw new UsageError('--schedule every knows no time, and the drive does not wait; choose idle-free');
  return { run, seed, page: headless ? undefined : { mayMove: asked === undefined }, extraMs: slower(flags) };
}

function slower({ slower: text }: RunFlagValues): number {
  const extraMs = text === undefined || text === '0' ? 0 : durationMs(text);
  if (extraMs === undefined || extraMs > LONGEST_EXTRA_MS) throw new UsageError(`--slower is ${JSON.stringify(text)}; it must be ${DURATION_FORMS}, ${LONGEST_EXTRA_MS} ms at most`);
  return extraMs;
}

function demoText(summary: DemoSummary): string {
  const { score } = summary;
  const lines = [summaryText(summary)];
  if (score !== null && score.attribution !== null) lines.push('', `what streaming cost in the last ${score.seconds.toFixed(0)} s, in AP`, '', ...attributionLines(score));
  return lines.join('\n');
}
