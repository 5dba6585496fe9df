import { resolve } from 'node:path';
import type { Command } from 'commander';
import { serviceClock } from '../app/clock.js';
import { BUILT_IN_PARTS } from '../app/parts.js';
import { stateFile } from '../app/paths.js';
import { DEMO_CAMERAS } from '../app/serve/demo-cameras.js';
import type { ServeOptions } from '../app/serve/serve.js';
import { DEFAULT_LISTEN, defaultListenSettings, listenSettings } from '../app/serve/listen.js';
import { ErrorPlaces } from '../config/error-places.js';
import type { RunConfig } from '../config/run-config.js';
import type { FoundAtAddress } from '../core/source-kind.js';
import { UsageError } from '../core/errors.js';
import { openIo, type CliContext } from './command-io.js';
import { addMoreHelp } from './help.js';
import { readRunConfig } from './run.js';
import { planText } from './run-plan.js';
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
    .option('--state <file>', 'where to keep the positions of switches (default: one file for each configuration)')
    .option('--watch', 'take over the configuration whenever its file changes, as on SIGHUP')
    .option('--validate', 'check flags, configuration and folders, print what would run, and end; opens no source')
    .option('--demo', 'three synthetic cameras with zones and lines, for a first look');
  addRunFlags(command, undefined, OF_RUNS).action(async (cameras: string[], flags: RunFlagValues) => {
    const io = openIo(command, context);
    const places = new ErrorPlaces();
    const reading = { ...context, places, onWarning: (message: string) => io.log.warn(message) };
    const { listen, demo, state, watch, validate, ...rest } = flags;
    const file = typeof rest['config'] === 'string' ? resolve(rest['config']) : undefined;
    if (watch === true && file === undefined)
      throw new UsageError('--watch needs a configuration (-c), whose file it watches');
    if (demo === true && (cameras.length > 0 || rest['config'] !== undefined))
      throw new UsageError('--demo brings cameras of its own; leave it out, or the cameras and --config');
    const listening = listen === undefined ? {} : listenSettings(String(listen), '--listen');
    const kept = typeof state === 'string' ? { state: resolve(state) } : {};
    const contents = new Map<string, FoundAtAddress>();
    const read = (): Promise<RunConfig> =>
      readRunConfig(
        cameras,
        { ...rest, wait: true },
        {
          ...reading,
          isService: true,
          asks: validate !== true,
          contents,
          under: { ...defaultListenSettings(), ...(demo === true && DEMO_CAMERAS) },
          over: { ...listening, ...kept },
        },
      );
    const wishes = file === undefined || validate === true ? undefined : wishesForReload(context);
    const config = await read();
    if (validate === true) {
      const { planService } = await import('../app/serve/plan-service.js');
      const plan = await places.within(() => planService(config, io, BUILT_IN_PARTS));
      io.print(io.json ? JSON.stringify(plan) : planText(plan));
      return;
    }
    const { serve } = await import('../app/serve/serve.js');
    const options = wishes && file !== undefined ? await reloading(file, watch === true, read, wishes, context) : {};
    const summary = await places.within(() => serve(config, { ...io, clock: serviceClock() }, { ...options, places }));
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

/** Takes wishes for a reload (SIGHUP) from now on, and keeps one until somebody listens. */
function wishesForReload({ onHangup = () => () => undefined }: CliContext): (listen: () => void) => () => void {
  let isWanted = false;
  const waiting = (): void => {
    isWanted = true;
  };
  let listener = waiting;
  const end = onHangup(() => listener());
  return (listen) => {
    listener = listen;
    if (isWanted) listen();
    return end;
  };
}

/** A configuration that is read again: on SIGHUP, and when its file changes, if that is asked for. */
async function reloading(
  file: string,
  isWatched: boolean,
  readAgain: () => Promise<RunConfig>,
  onWish: (listen: () => void) => () => void,
  { env }: CliContext,
): Promise<ServeOptions> {
  const { onFileChange } = await import('../app/serve/file-changes.js');
  return {
    readAgain,
    stateFile: stateFile(file, env),
    onReloadWanted(reload) {
      const ends = [onWish(reload), ...(isWatched ? [onFileChange(file, reload)] : [])];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
