import type { Command } from 'commander';
import { BUILT_IN_PARTS, type RunParts } from '../app/parts.js';
import type { Environment } from '../config/environment.js';
import { loadConfig } from '../config/load.js';
import { sourceSecrets } from '../config/redact.js';
import { anchoredRun, resolveRun, sourceTexts, type RunConfig } from '../config/run-config.js';
import { runKeys, type Settings } from '../config/run-keys.js';
import { mergeSettings, secretsIn, withEnvironment } from '../config/settings.js';
import { lookAtSources, sourceForms } from '../config/sources.js';
import { openIo, type CliContext } from './command-io.js';
import { addMoreHelp } from './help.js';
import { addRunFlags, readRunFlags, type RunFlagValues } from './run-flags.js';
import { summaryText } from './run-summary.js';

/** Declares `nowcast run`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('run')
    .description('Detect on video files, folders of pictures and cameras')
    .argument('[source...]', sourceForms(BUILT_IN_PARTS.sources))
    .option('-c, --config <file.yaml>', 'a configuration file; flags override its keys');
  addRunFlags(command).action(async (sources: string[], flags: RunFlagValues) => {
    const io = openIo(command, context);
    const config = await readRunConfig(sources, flags, context.env, context.secrets);
    const { run } = await import('../app/run/run.js');
    const { summary, failure } = await run(config, io);
    io.print(io.json ? JSON.stringify(summary) : summaryText(summary));
    if (failure !== undefined) throw failure;
  });
  addMoreHelp(command, {
    examples: [
      'nowcast run clip.mp4 --save annotated.mp4',
      'nowcast run dog.jpg --save found.jpg',
      'nowcast run rtsp://192.0.2.7/stream --model yolox-s --feed 8765 --record run.jsonl',
      'nowcast run pictures --offline --coco found.json',
      'nowcast run -c cameras.yaml',
    ],
    page: 'configuration.md',
  });
}

/**
 * The configuration of a run. Flags override the file's keys; defaults fill in the rest.
 * @param secrets receives texts that no output may show, before any message can contain them
 * @throws UsageError naming every problem of the flags or of the file, or a contradiction between them
 */
export async function readRunConfig(
  sources: readonly string[],
  flags: RunFlagValues,
  env: Environment,
  secrets: Set<string>,
  parts: RunParts = BUILT_IN_PARTS,
): Promise<RunConfig> {
  const keys = runKeys(parts);
  const fromFlags = anchoredRun(readRunFlags(flags, parts), process.cwd(), parts);
  const path = flags['config'];
  const file = typeof path !== 'string' ? undefined : await loadConfig(keys, path, env);
  for (const secret of file?.secrets ?? []) secrets.add(secret);
  const fromFile: Settings = file === undefined ? {} : anchoredRun(file.settings, file.folder, parts);
  const settings = withEnvironment(keys, mergeSettings(fromFile, fromFlags), env);
  for (const secret of secretsIn(keys, settings)) secrets.add(secret);
  const cameras = Object.entries(settings.cameras ?? {});
  const names = cameras.map(([name]) => name);
  for (const source of [...sources, ...cameras.map(([, camera]) => camera.source)])
    for (const secret of sourceSecrets(source, names)) secrets.add(secret);
  const contents = await lookAtSources(sourceTexts(settings, sources), parts.sources);
  return resolveRun(settings, sources, parts, contents);
}
