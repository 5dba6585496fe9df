import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelDetectorInfo } from '../../core/detector.js';
import { sha256Of } from '../../files/sha256.js';
import type { RecordingHeader } from '../../recording/format.js';
import type { AppContext } from '../context.js';
import { hostFacts } from '../host-facts.js';

/** Facts about a model. A profile or a recording may lack some of them. */
export type ModelFacts = NonNullable<RecordingHeader['model']>;

/** A file that an evaluation read. */
export type DataFile = { readonly file: string; readonly sha256: string };

/** How a result came about, for its reader in a year. Part of every `--json` output, without secrets. */
export type About = {
  readonly command: string;
  /** Every option, with its default filled in; null where it is not set. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly nowcast: string;
  /** ISO 8601, in UTC. */
  readonly date: string;
  readonly host: Omit<RecordingHeader['host'], 'nowcast'>;
  /** Absent if no input names the model; a list where several were compared. */
  readonly model?: ModelFacts | readonly ModelFacts[];
  /** The files that were read, by their option; a list where an option names several. */
  readonly data: Readonly<Record<string, DataFile | readonly DataFile[]>>;
};

export type AboutInput = {
  readonly command: string;
  readonly settings: object;
  /** Paths by option. A folder stands for the files in it. */
  readonly data: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly model?: ModelFacts | readonly ModelFacts[] | undefined;
};

/** Reads the files once more, to hash them. */
export async function aboutResult(
  { command, settings, data, model }: AboutInput,
  { clock, redact }: Pick<AppContext, 'clock' | 'redact'>,
): Promise<About> {
  const { nowcast, ...host } = hostFacts();
  const files: [string, DataFile | readonly DataFile[]][] = [];
  for (const [option, paths] of Object.entries(data)) {
    if (paths === undefined) continue;
    files.push([option, typeof paths === 'string' ? await dataFile(paths) : await Promise.all(paths.map(dataFile))]);
  }
  return {
    command,
    settings: redact(withNulls(settings)) as Readonly<Record<string, unknown>>,
    nowcast,
    date: new Date(clock.toUnixMs(clock.now())).toISOString(),
    host,
    ...(model !== undefined && { model }),
    data: Object.fromEntries(files),
  };
}

/** The facts of a model that runs here. */
export function modelFacts({ model, modelSha256, input: { width, height }, provider }: ModelDetectorInfo): ModelFacts {
  return { name: model, sha256: modelSha256, input: { width, height }, provider };
}

/** The same facts for the reader of a report. */
export function aboutFacts({ command, settings, nowcast, date, host, model, data }: About): [string, string][] {
  const files = Object.entries(data).map(([option, file]): [string, string] => [
    inWords(option),
    listed(file)
      .map(({ file: name }) => name)
      .join(', '),
  ]);
  const plain = Object.entries(settings).flatMap(([option, value]): [string, string][] =>
    SHOWN_SETTINGS.has(option) && value !== null ? [[inWords(option), shownSetting(value)]] : [],
  );
  return [
    ...(model === undefined ? [] : [['model', listed(model).map(modelText).join('; ')] as [string, string]]),
    ...files,
    ...plain,
    ['command', `nowcast ${command}, version ${nowcast}`],
    ['machine', `${host.cpu}, ${host.platform}, Node ${host.node.replace(/^v/, '')}`],
    ['date', date.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
  ];
}

/** The settings that change a score. */
const SHOWN_SETTINGS = new Set([
  'schedule',
  'budgetMs',
  'perfFactor',
  'workers',
  'seed',
  'eta',
  'forecast',
  'classes',
  'maxDets',
  'resamples',
]);

function modelText({ name, sha256, input, provider }: ModelFacts): string {
  const parts = [name, `${input.width}x${input.height}`, provider, sha256?.slice(0, 12)];
  return parts.filter((part) => part !== undefined).join(', ');
}

function shownSetting(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function inWords(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** JSON leaves out undefined values, but a reader must see that an option was not set. */
function withNulls(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(withNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withNulls(part)]));
}

async function dataFile(path: string): Promise<DataFile> {
  const isFolder = (await stat(path)).isDirectory();
  return { file: basename(path), sha256: isFolder ? await sha256OfFolder(path) : await sha256Of(path) };
}

/** The hash over the names and hashes of its files, as `sha256sum *` lists them. */
async function sha256OfFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) hash.update(`${await sha256Of(path)}  ${name}\n`);
  }
  return hash.digest('hex');
}
