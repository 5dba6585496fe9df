import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { exampleText } from '../app/init/config-text.js';
import type { NewCamera, WrittenConfig } from '../app/init/init.js';
import { BUILT_IN_PARTS } from '../app/parts.js';
import { sourceSecrets } from '../config/redact.js';
import { DETECTOR_DEFAULTS } from '../config/detector-defaults.js';
import { sourceForms } from '../config/sources.js';
import { UsageError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { addFlags, numberFlag, readFlags, switchFlag, textFlag, type FlagValues, type RawFlags } from './flags.js';
import { addMoreHelp } from './help.js';
import { Questions } from './questions.js';

const DEFAULT_OUT = 'cameras.yaml';

const FLAGS = {
  out: textFlag('--out <file.yaml>', 'file to write', { preset: DEFAULT_OUT }),
  model: textFlag('--model <file-or-name>', 'the detector', { preset: DETECTOR_DEFAULTS.model }),
  feed: numberFlag('--feed <port>', 'serve results on this port', { min: 0, max: 65535, isInteger: true }, undefined),
  yes: switchFlag('--yes', 'ask nothing: write all sources, also those that show no picture now'),
  untried: switchFlag('--untried', 'do not open the sources'),
  overwrite: switchFlag('--overwrite', 'replace an existing file'),
  example: switchFlag('--example', 'print a commented example with the common keys, and end'),
};

/** Declares `nowcast init`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('init')
    .description('Write a commented configuration: asks for cameras and tries them')
    .argument('[source...]', sourceForms(BUILT_IN_PARTS.sources));
  addFlags(command, FLAGS).action(async (sources: string[], raw: RawFlags) => {
    const flags = readFlags(FLAGS, raw);
    const io = openIo(command, context);
    if (flags.example) {
      io.print(exampleText('configs/cameras.example.yaml', 'configs/nowcast.schema.json', process.cwd()));
      return;
    }
    for (const source of sources) hidePassword(source, context);
    const written = await init(sources, flags, io, context);
    io.print(io.json ? JSON.stringify(written) : writtenText(written));
  });
  addMoreHelp(command, {
    examples: [
      'nowcast init',
      'nowcast init rtsp://viewer:PASSWORD@192.0.2.7/stream1 --out cameras.yaml --yes',
      'nowcast init --example > cameras.yaml',
    ],
    page: 'configuration.md',
  });
}

async function init(
  sources: readonly string[],
  flags: FlagValues<typeof FLAGS>,
  io: CommandIo,
  context: CliContext,
): Promise<WrittenConfig> {
  const { nameFor, writeConfig } = await import('../app/init/init.js');
  const isAsked = !flags.yes && !io.json && process.stdin.isTTY && process.stderr.isTTY;
  if (!isAsked && sources.length === 0)
    throw new UsageError('init has no terminal to ask on and no SOURCE; name the cameras: nowcast init rtsp://… --yes');
  const out = flags.out ?? DEFAULT_OUT;
  if (!isAsked && !flags.overwrite && existsSync(out))
    throw new UsageError(`${out} exists; give another file with --out, or replace it with --overwrite`);
  const cameras: NewCamera[] = [];
  const names = (): string[] => cameras.map(({ name }) => name);
  if (!isAsked) {
    const model = flags.model ?? DETECTOR_DEFAULTS.model;
    await withTrials(model, flags.untried, io, async (attempt) => {
      for (const source of sources) {
        const comment = await attempt(source);
        cameras.push({ name: nameFor(source, names()), source, ...(comment?.isGood && { comment: comment.text }) });
      }
    });
    return writeConfig({ cameras, model, feedPort: flags.feed, out, overwrites: flags.overwrite });
  }
  using questions = new Questions(io.signal);
  const overwrites = existsSync(out) && (flags.overwrite || (await questions.isYes(`${out} exists. Replace it?`)));
  if (existsSync(out) && !overwrites) throw new UsageError(`${out} stays as it is; give another file with --out`);
  const model =
    flags.model ?? (await questions.ask('Model (a file, or a name of `nowcast models list`)', DETECTOR_DEFAULTS.model));
  await withTrials(model, flags.untried, io, async (attempt) => {
    const waiting = [...sources];
    for (;;) {
      const more = cameras.length === 0 ? 'Camera (an address, a file or a device)' : 'Another camera (empty: no more)';
      const source = waiting.shift() ?? (await questions.ask(more));
      if (source === '' && cameras.length > 0) break;
      if (source === '') continue;
      hidePassword(source, context);
      try {
        const suggestion = nameFor(source, names());
        const trial = await attempt(source);
        if (trial?.isGood === false && !(await questions.isYes('  Keep it all the same?'))) continue;
        const name = await askName(questions, suggestion, names());
        cameras.push({ name, source, ...(trial?.isGood && { comment: trial.text }) });
      } catch (error) {
        if (!(error instanceof UsageError) || questions.haveEnded) throw error;
        process.stderr.write(`  ${String(io.redact(error.message))}\n`);
      }
    }
  });
  const feedPort = flags.feed ?? (await askPort(questions));
  return writeConfig({ cameras, model, feedPort, out, overwrites });
}

async function askName(questions: Questions, suggestion: string, taken: readonly string[]): Promise<string> {
  for (;;) {
    const name = await questions.ask('  Name', suggestion);
    if (/^[\w-]+$/.test(name) && !taken.includes(name)) return name;
    process.stderr.write(`  "${printable(name)}" is taken or no name; use letters, digits, - and _\n`);
  }
}

async function askPort(questions: Questions): Promise<number | undefined> {
  for (;;) {
    const answer = await questions.ask('Port of the WebSocket feed (empty: none)');
    const port = Number(answer);
    if (answer === '') return undefined;
    if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
    process.stderr.write('  a port is a whole number from 0 to 65535\n');
  }
}

type Attempt = (source: string) => Promise<{ readonly isGood: boolean; readonly text: string } | undefined>;

/** Opens the detector for as long as sources are tried. */
async function withTrials(
  model: string,
  isUntried: boolean,
  io: CommandIo,
  work: (attempt: Attempt) => Promise<void>,
): Promise<void> {
  if (isUntried) return work(() => Promise.resolve(undefined));
  const { openTrialDetector } = await import('../app/init/init.js');
  const { trySource } = await import('../app/init/try-source.js');
  await using detector = await openTrialDetector(model, io);
  await work(async (source) => {
    io.log.info(`trying ${String(io.redact(source))}`);
    const trial = await trySource(source, detector, io);
    io.log[trial.isGood ? 'info' : 'warn'](`it ${trial.isGood ? 'works' : 'fails'}: ${trial.text}`);
    return trial;
  });
}

function hidePassword(source: string, { secrets }: CliContext): void {
  for (const secret of sourceSecrets(source, [])) secrets.add(secret);
}

function writtenText({ path, variables }: WrittenConfig): string {
  const exports = Object.entries(variables).map(([name, holds]) => `  export ${name}='…'   # ${holds}`);
  return [
    `wrote ${path}`,
    ...(exports.length === 0 ? [] : ['before it runs:', ...exports]),
    `next: nowcast run -c ${path} --validate, then nowcast run -c ${path}`,
  ].join('\n');
}
