import type { Command } from 'commander';
import { describeModel, listModels, pullModels, type DescribedModel, type ListedModel } from '../app/models.js';
import { parseInputSize } from '../config/run-config.js';
import { UsageError } from '../core/errors.js';
import { megabytes } from '../core/units.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { addMoreHelp } from './help.js';
import { table } from './table.js';

/** Declares `nowcast models list`, `pull` and `info`. */
export function register(program: Command, context: CliContext): void {
  const models = program.command('models').description('List, download and describe detector models');
  const list = models
    .command('list')
    .description('List the models that --model takes by name')
    .action(() => printList(openIo(list, context)));
  const pull = models
    .command('pull')
    .description('Download models; an interrupted download continues where it stopped')
    .argument('<name...>', 'a name from `nowcast models list`')
    .option(
      '--mirror <url>',
      'URL of a folder on another server with the same files (default: the YOLOX release server)',
    )
    .action((names: string[], { mirror }: { mirror?: string }) => printPulled(names, mirror, openIo(pull, context)));
  const info = models
    .command('info')
    .description('Describe a model: its input, classes, size and operators')
    .argument('<name-or-file>', 'a name from `nowcast models list`, or an ONNX file')
    .option(
      '--input <WxH>',
      'input size for a model with a dynamic one (WIDTHxHEIGHT in multiples of 32, such as 640x384)',
    )
    .option(
      '--preprocess <name>',
      "how pictures are preprocessed, if the file does not state it (default: the usual preprocessing of the model's family)",
    )
    .action((name: string, flags: InfoFlags) => printInfo(name, flags, openIo(info, context)));
  const page = 'configuration.md';
  addMoreHelp(models, { examples: ['nowcast models list', 'nowcast models pull yolox-nano'], page });
  addMoreHelp(list, { examples: ['nowcast models list', 'nowcast models list --json'], page });
  addMoreHelp(pull, {
    examples: [
      'nowcast models pull yolox-nano yolox-s',
      'nowcast models pull yolox-s --mirror https://models.example.org/yolox',
    ],
    page,
  });
  addMoreHelp(info, {
    examples: ['nowcast models info nowcast-nano', 'nowcast models info detector.onnx --input 640x384'],
    page,
  });
}

async function printList(io: CommandIo): Promise<void> {
  const models = await listModels(io);
  if (io.json) io.print(JSON.stringify({ cacheDir: io.cacheDir, models }));
  else {
    io.print(table(['name', 'input', 'labels', 'COCO AP', 'params (M)', 'GFLOPs', 'here'], models.map(listRow)));
    for (const { name, path, problem } of models)
      if (problem !== undefined) io.log.warn(`${path} is not ${name}: ${problem}`);
  }
}

function listRow({ name, input, labels, ap, parametersM, gflops, isHere, isBundled, problem }: ListedModel): string[] {
  const here = isBundled ? 'bundled' : isHere ? 'yes' : problem === undefined ? '' : 'another file';
  return [
    name,
    `${input.width}x${input.height}`,
    labels,
    ap?.toFixed(1) ?? '',
    parametersM.toFixed(2),
    gflops?.toFixed(1) ?? '',
    here,
  ];
}

async function printPulled(names: readonly string[], mirror: string | undefined, io: CommandIo): Promise<void> {
  if (mirror !== undefined && !URL.canParse(mirror))
    throw new UsageError(
      `--mirror is "${mirror}"; it must be the URL of a folder, such as https://models.example.org/yolox`,
    );
  const pulled: unknown[] = [];
  for await (const model of pullModels(names, mirror, io)) {
    pulled.push(model);
    if (!io.json)
      io.print(
        `${model.name}: ${model.outcome === 'present' ? 'already at' : 'now at'} ${model.path} (${megabytes(model.bytes)}, sha256 ${model.sha256})`,
      );
  }
  if (io.json) io.print(JSON.stringify({ models: pulled }));
}

type InfoFlags = { readonly input?: string; readonly preprocess?: string };

async function printInfo(name: string, { input, preprocess }: InfoFlags, io: CommandIo): Promise<void> {
  const options = {
    ...(input !== undefined && { input: parseInputSize(input, '--input') }),
    ...(preprocess !== undefined && { preprocess }),
  };
  const { path, labels, ...info } = await describeModel(name, options, io);
  io.print(io.json ? JSON.stringify(info) : infoText({ path, labels, ...info }));
}

function infoText({ path, labels, pictures, spec, bytes, parameters, opset, nodes, producer }: DescribedModel): string {
  const facts: [string, string][] = [
    ['file', path],
    ['sha256', spec.sha256],
    ['size', megabytes(bytes)],
    ['family', `${spec.family}, ${spec.form}`],
    ['input', `${spec.inputName}: ${spec.inputType} [1, 3, ${spec.input.height}, ${spec.input.width}], ${pictures}`],
    ...spec.outputs.map(({ name, type, shape }): [string, string] => [
      'output',
      `${name}: ${type} [${shape.join(', ')}]`,
    ]),
    ['classes', `${spec.classCount}${labels === undefined ? '' : ` (${labels})`}`],
    ['parameters', `${(parameters / 1e6).toFixed(2)} M`],
    ['operators', `${nodes}, opset ${opset}${producer === '' ? '' : `, written by ${producer}`}`],
  ];
  return facts.map(([label, value]) => `${label.padEnd(11)} ${value}`).join('\n');
}
