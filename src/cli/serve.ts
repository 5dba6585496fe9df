import type { Command } from 'commander';
import { DEMO_CAMERAS } from '../app/serve/demo-cameras.js';
import { DEFAULT_LISTEN, defaultListenSettings, listenSettings } from '../app/serve/listen.js';
import { UsageError } from '../core/errors.js';
import { openIo, type CliContext } from './command-io.js';
import { addMoreHelp } from './help.js';
import { readRunConfig } from './run.js';
import { addRunFlags, type RunFlagValues } from './run-flags.js';
import { summaryText } from './run-summary.js';

/** Flags of a run that ends. */
const OF_RUNS = ['--offline', '--pace', '--max-frames', '--strict', '--wait', '--feed'];

/** Declares `nowcast serve`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .description('Keep cameras running, and serve results, health and metrics over HTTP')
    .argument('[camera...]', 'cameras of the configuration by their names, or sources as `nowcast run` takes them')
    .option('-c, --config <file.yaml>', 'a configuration file; flags override its keys')
    .option(
      '--listen <[host:]port>',
      `address of the server (default: http.listen or that of the section feed, else ${DEFAULT_LISTEN})`,
    )
    .option('--demo', 'three synthetic cameras with zones and lines, for a first look');
  addRunFlags(command, undefined, OF_RUNS).action(async (cameras: string[], flags: RunFlagValues) => {
    const io = openIo(command, context);
    const reading = { ...context, onWarning: (message: string) => io.log.warn(message) };
    const { listen, demo, ...rest } = flags;
    if (demo === true && (cameras.length > 0 || rest['config'] !== undefined))
      throw new UsageError('--demo brings cameras of its own; leave it out, or the cameras and --config');
    const config = await readRunConfig(
      cameras,
      { ...rest, wait: true },
      {
        ...reading,
        under: { ...defaultListenSettings(), ...(demo === true && DEMO_CAMERAS) },
        over: listen === undefined ? {} : listenSettings(String(listen), '--listen'),
      },
    );
    const { serve } = await import('../app/serve/serve.js');
    const summary = await serve(config, io);
    io.print(io.json ? JSON.stringify(summary) : summaryText(summary));
  });
  addMoreHelp(command, {
    examples: [
      'nowcast serve --demo',
      'nowcast serve -c cameras.yaml',
      'nowcast serve -c cameras.yaml --listen 0.0.0.0:8765',
    ],
    page: 'serve.md',
  });
}
