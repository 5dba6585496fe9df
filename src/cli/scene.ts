import type { Command } from 'commander';
import { ErrorPlaces } from '../config/error-places.js';
import { loadConfig } from '../config/load.js';
import { SCENE_KEYS } from '../config/keys/scene-keys.js';
import { openIo, type CliContext } from './command-io.js';
import { addFlags, numberFlag, readFlags, requiredFlag, textFlag, type RawFlags } from './flags.js';
import { addMoreHelp } from './help.js';
import { sceneTexts } from './run-summary.js';

const FLAGS = {
  zones: requiredFlag('--zones <file.yaml>', 'zones, lines, masks and objects'),
  stream: textFlag('--stream <name>', 'stream of the recording', { preset: 'the only one' }),
  run: numberFlag('--run <n>', 'run of the recording', { min: 1, isInteger: true }, undefined, 'the last'),
  events: textFlag('--events <file.jsonl>', 'write objects, crossings of lines and counts as JSON lines'),
};

/** Declares `nowcast scene`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('scene')
    .description('Find objects, crossings of lines and counts of zones in a recording')
    .argument('<recording>', 'a recording of a run with tracks');
  addFlags(command, FLAGS).action(async (recording: string, raw: RawFlags) => {
    const { zones, stream, run, events } = readFlags(FLAGS, raw);
    const io = openIo(command, context);
    const file = await loadConfig(SCENE_KEYS, zones, context.env, undefined, '--zones');
    for (const secret of file.secrets) context.secrets.add(secret);
    const places = new ErrorPlaces();
    places.follow([file], {});
    const { replayScene } = await import('../app/replay-scene.js');
    const { settings } = file;
    const result = await places.within(() => replayScene({ recording, run, stream, settings, out: events }, io));
    const lines = [...sceneTexts(result.scene), ...result.written.map((path) => `wrote ${path}`)];
    io.print(io.json ? JSON.stringify(result) : lines.join('\n'));
  });
  addMoreHelp(command, {
    examples: [
      'nowcast run street.mp4 --track --record run.jsonl',
      'nowcast scene run.jsonl --zones street.yaml --events events.jsonl',
    ],
    page: 'scene.md',
  });
}
