import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.js';
import { megabytes } from '../core/units.js';
import { parseInputSize } from '../config/run-config.js';
import { resolvedFormat } from '../core/picture.js';
import { modelInfo } from '../model/info.js';
import type { ModelSpec } from '../model/model-spec.js';
import { pullModel, type PulledModel } from '../model/pull.js';
import { BUNDLED_MODEL, bundledModel, findModel, readZoo, zooEntry, zooPath, type ZooEntry } from '../model/zoo.js';
import type { ProgressBar } from '../app/context.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { table } from './table.js';

/** Declares `nowcast models list`, `pull` and `info`. */
export function register(program: Command, context: CliContext): void {
  const models = program.command('models').description('List, download and describe detector models');
  const list = models.command('list').description('List the models that can be used by name').action(() => listModels(openIo(list, context)));
  const pull = models.command('pull').description('Download models of the zoo; an interrupted download goes on where it stopped')
    .argument('<name...>', 'names of `nowcast models list`')
    .option('--mirror <url>', 'a folder on another server that has the same files')
    .action((names: string[], { mirror }: { mirror?: string }) => pullModels(names, mirror, openIo(pull, context)));
  const info = models.command('info').description('Describe a model: its input, classes, size and operators')
    .argument('<name-or-file>', 'a name of `nowcast models list`, or an ONNX file')
    .option('--input <WxH>', 'the size to run at, where the file leaves it open')
    .option('--preprocess <name>', 'how its pictures are prepared, if the file does not tell')
    .action((name: string, flags: InfoFlags) => describeModel(name, flags, openIo(info, context)));
}

async function listModels(io: CommandIo): Promise<void> {
  const bundled = bundledModel();
  const zoo = (await readZoo()).map((entry) => {
    const path = zooPath(entry, io.cacheDir);
    return { ...entry, path, isHere: existsSync(path) };
  });
  if (io.json) {
    io.print(JSON.stringify({ cacheDir: io.cacheDir, models: [...(bundled === undefined ? [] : [{ name: BUNDLED_MODEL, path: bundled, isHere: true }]), ...zoo] }));
    return;
  }
  const rows = zoo.map(({ name, input, labels, ap, parametersM, gflops, isHere }) =>
    [name, `${input.width}x${input.height}`, labels, ap.toFixed(1), parametersM.toFixed(2), gflops.toFixed(1), isHere ? 'yes' : '']);
  if (bundled !== undefined) {
    const { spec: { input }, parameters } = await modelInfo(bundled);
    rows.unshift([BUNDLED_MODEL, `${input.width}x${input.height}`, 'argoverse-hd', '', (parameters / 1e6).toFixed(2), '', 'bundled']);
  }
  io.print(table(['name', 'input', 'labels', 'COCO AP', 'params (M)', 'GFLOPs', 'here'], rows));
}

async function pullModels(names: readonly string[], mirror: string | undefined, io: CommandIo): Promise<void> {
  // All names are checked before the first byte is fetched.
  const entries = await Promise.all(names.map(zooEntry));
  const pulled: (PulledModel & { readonly name: string })[] = [];
  for (const entry of entries) {
    const model = await pullOne(mirror === undefined ? entry : { ...entry, url: mirrored(mirror, entry) }, io);
    pulled.push({ name: entry.name, ...model });
    if (!io.json) io.print(`${entry.name}: ${model.outcome === 'present' ? 'already at' : 'now at'} ${model.path} (${megabytes(model.bytes)}, sha256 ${model.sha256})`);
  }
  if (io.json) io.print(JSON.stringify({ models: pulled }));
}

async function pullOne(entry: ZooEntry, io: CommandIo): Promise<PulledModel> {
  let bar: ProgressBar | undefined;
  try {
    const model = await pullModel(entry, {
      cacheDir: io.cacheDir,
      signal: io.signal,
      onProgress: ({ receivedBytes, totalBytes }) => {
        bar ??= io.progress.bar({ label: entry.name, total: totalBytes === undefined ? undefined : toMb(totalBytes), unit: 'MB' });
        bar.set(toMb(receivedBytes));
      },
    });
    if (model.checkedBy === 'first-download') {
      io.log.warn(`nobody states the sha256 of ${entry.name}; this download's, ${model.sha256}, is pinned in ${model.path}.sha256, and later ones must match it`);
    }
    return model;
  } finally {
    bar?.done();
  }
}

function mirrored(mirror: string, { file }: ZooEntry): string {
  if (!URL.canParse(mirror)) throw new UsageError(`--mirror is "${mirror}"; it must be the URL of a folder, such as https://models.example.org/yolox`);
  return `${mirror.replace(/\/+$/, '')}/${file}`;
}

const toMb = (bytes: number): number => Math.round(bytes / 1e5) / 10;

type InfoFlags = { readonly input?: string; readonly preprocess?: string };

async function describeModel(name: string, { input, preprocess }: InfoFlags, io: CommandIo): Promise<void> {
  const { path, entry } = await findModel(name, io.cacheDir);
  const info = await modelInfo(path, { ...(input !== undefined && { input: parseInputSize(input, '--input') }), ...(preprocess !== undefined && { preprocess }) });
  if (io.json) {
    io.print(JSON.stringify(info));
    return;
  }
  const { spec, bytes, parameters, opset, nodes, producer } = info;
  const labels = entry?.labels ?? spec.classNames?.join(', ');
  const facts: [string, string][] = [
    ['file', path],
    ['sha256', spec.sha256],
    ['size', megabytes(bytes)],
    ['family', `${spec.family}, ${spec.form}`],
    ['input', `${spec.inputName}: ${spec.inputType} [1, 3, ${spec.input.height}, ${spec.input.width}], ${picturesOf(spec)}`],
    ...spec.outputs.map(({ name, type, shape }): [string, string] => ['output', `${name}: ${type} [${shape.join(', ')}]`]),
    ['classes', `${spec.classCount}${labels === undefined ? '' : ` (${labels})`}`],
    ['parameters', `${(parameters / 1e6).toFixed(2)} M`],
    ['operators', `${nodes}, opset ${opset}${producer === '' ? '' : `, written by ${producer}`}`],
  ];
  io.print(facts.map(([label, value]) => `${label.padEnd(11)} ${value}`).join('\n'));
}

function picturesOf({ input, normalisation, preprocess }: ModelSpec): string {
  const { channels, fit } = resolvedFormat(input);
  return `${channels.toUpperCase()}, ${fit === 'stretch' ? 'stretched' : 'letterboxed'}, ${normalisation === undefined ? '0 to 255' : 'normalised'} (${preprocess})`;
}
