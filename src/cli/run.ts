import type { Command } from 'commander';
import { BUILT_IN_PARTS, type RunParts } from '../app/parts.js';
import type { FoundAtAddress } from '../core/source-kind.js';
import type { Environment } from '../config/environment.js';
import { ErrorPlaces } from '../config/error-places.js';
import { loadConfig } from '../config/load.js';
import { sourceSecrets } from '../config/redact.js';
import { underFlags } from '../config/detect-config.js';
import { anchoredRun, resolveRun, type RunConfig } from '../config/run-config.js';
import { nameClashes, sourceTexts } from '../config/run-sources.js';
import { runKeys, type Settings } from '../config/run-keys.js';
import { rolesOf } from '../config/keys/camera-keys.js';
import { SCENE_KEYS } from '../config/keys/scene-keys.js';
import { mergeSettings, secretsIn, withEnvironment } from '../config/settings.js';
import { addressesToAsk, lookAtSources, sourceForms } from '../config/sources.js';
import { openIo, type CliContext } from './command-io.js';
import { addMoreHelp } from './help.js';
import { addRunFlags, readRunFlags, type RunFlagValues } from './run-flags.js';
import { planText } from './run-plan.js';
import { summaryText } from './run-summary.js';

/** Declares `nowcast run`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('run')
    .description('Detect on video files, folders of pictures and cameras')
    .argument('[source...]', `${sourceForms(BUILT_IN_PARTS.sources)}; or the names of cameras of the config`)
    .option('-c, --config <file.yaml>', 'a configuration file; flags override its keys')
    .option('--zones <file.yaml>', 'zones, lines, masks and objects of the one source; turns tracking on')
    .option('--validate', 'check flags and configuration, print what would run, and end; opens no source');
  addRunFlags(command).action(async (sources: string[], flags: RunFlagValues) => {
    const io = openIo(command, context);
    const places = new ErrorPlaces();
    const reading = { ...context, places, onWarning: (message: string) => io.log.warn(message) };
    if (flags['validate'] === true) {
      const config = await readRunConfig(sources, flags, { ...reading, asks: false });
      const { planRun } = await import('../app/run/plan.js');
      const plan = await places.within(() => planRun(config, io, BUILT_IN_PARTS));
      io.print(io.json ? JSON.stringify(plan) : planText(plan));
      return;
    }
    const config = await readRunConfig(sources, flags, reading);
    const { run } = await import('../app/run/run.js');
    const { summary, failure } = await places.within(() => run(config, io));
    io.print(io.json ? JSON.stringify(summary) : summaryText(summary));
    if (failure !== undefined) throw failure;
  });
  addMoreHelp(command, {
    examples: [
      'nowcast run clip.mp4 --save annotated.mp4',
      'nowcast run dog.jpg --save found.jpg',
      'nowcast run rtsp://192.0.2.7/stream --model yolox-s --feed 8765 --record run.jsonl',
      'nowcast run pictures --offline --coco found.json',
      'nowcast run street.mp4 --zones street.yaml --events events.jsonl',
      'nowcast run -c cameras.yaml',
      'nowcast run -c cameras.yaml front garden --wait',
      'nowcast run -c cameras.yaml --validate',
    ],
    page: 'configuration.md',
  });
}

/** The surroundings of a configuration that is read. */
type Reading = {
  readonly env: Environment;
  /** Receives texts that no output may show, before any message can contain them. */
  readonly secrets: Set<string>;
  /** Receives notes about former names of keys, and about names with two meanings. */
  readonly onWarning?: (message: string) => void;
  /** False asks no address for its content; one that may give a video file then counts as one. Default: true. */
  readonly asks?: boolean;
  /** Cameras may have models of their own, and run later. */
  readonly isService?: boolean;
  /** The contents of addresses, which are not asked again; takes those that are. */
  readonly contents?: Map<string, FoundAtAddress>;
  /** Settings over those of the file, as a flag's; and under them, as a default. */
  readonly over?: Settings;
  readonly under?: Settings;
  /** Learns where the files have their keys, for errors of later checks. */
  readonly places?: ErrorPlaces;
};

/**
 * The configuration of a run. Flags override the file's keys; defaults fill in the rest.
 * @throws UsageError naming every problem of the flags or of the file, or a contradiction between them
 */
export async function readRunConfig(
  sources: readonly string[],
  flags: RunFlagValues,
  {
    env,
    secrets,
    onWarning = () => undefined,
    asks = true,
    isService = false,
    contents = new Map(),
    over = {},
    under = {},
    places = new ErrorPlaces(),
  }: Reading,
  parts: RunParts = BUILT_IN_PARTS,
): Promise<RunConfig> {
  // Until the files are read, errors are not about those that were read before.
  places.follow([], {});
  const keys = runKeys(parts);
  const fromFlags = mergeSettings(anchoredRun(readRunFlags(flags, parts), process.cwd(), parts), over);
  const path = flags['config'];
  const file = typeof path !== 'string' ? undefined : await loadConfig(keys, path, env);
  const scenePath = flags['zones'];
  const scene =
    typeof scenePath !== 'string' ? undefined : await loadConfig(SCENE_KEYS, scenePath, env, undefined, '--zones');
  for (const secret of [...(file?.secrets ?? []), ...(scene?.secrets ?? [])]) secrets.add(secret);
  const fromFile = mergeSettings(under, file === undefined ? {} : anchoredRun(file.settings, file.folder, parts));
  const settings: Settings = {
    ...withEnvironment(keys, underFlags(fromFile, fromFlags), env),
    ...(scene !== undefined && { scene: scene.settings }),
  };
  for (const secret of secretsIn(keys, settings)) secrets.add(secret);
  const cameras = Object.entries(settings.cameras ?? {});
  const names = cameras.map(([name]) => name);
  for (const source of [...sources, ...cameras.flatMap(([, camera]) => Object.values(rolesOf(camera)))])
    for (const secret of sourceSecrets(source, names)) secrets.add(secret);
  for (const warning of [...(file?.warnings ?? []), ...nameClashes(settings, sources, parts)]) onWarning(warning);
  places.follow(
    [file, scene].filter((one) => one !== undefined),
    fromFlags,
  );
  return places.within(() => resolved(settings, sources, { asks, isService, contents }, parts));
}

async function resolved(
  settings: Settings,
  sources: readonly string[],
  { asks, isService, contents }: Required<Pick<Reading, 'asks' | 'isService' | 'contents'>>,
  parts: RunParts,
): Promise<RunConfig> {
  const texts = sourceTexts(settings, sources);
  if (asks) {
    for (const [text, content] of await lookAtSources(texts, parts.sources, contents)) contents.set(text, content);
    return resolveRun(settings, sources, parts, contents, isService);
  }
  try {
    return resolveRun(settings, sources, parts, undefined, isService);
  } catch (error) {
    const unknown = addressesToAsk(texts, parts.sources);
    if (unknown.length === 0) throw error;
    const asVideos = unknown.map((text) => [text, { kind: 'video', isPlayable: true, found: 'not asked' }] as const);
    try {
      return resolveRun(settings, sources, parts, new Map(asVideos), isService);
    } catch {
      throw error;
    }
  }
}
