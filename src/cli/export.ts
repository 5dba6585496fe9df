import { createHash } from 'node:crypto';
import { join, parse } from 'node:path';
import type { Command } from 'commander';
import { readTrained, type TrainedNetwork } from '../../training/checkpoint/checkpoint.js';
import { safetensorsPieces } from '../../training/checkpoint/safetensors.js';
import { exportOnnx } from '../../training/export/export-onnx.js';
import { gigaFlops } from '../../training/network/cost.js';
import { parameterLayout } from '../../training/network/parameters.js';
import { createNetwork, parseVariant, testSize, VARIANTS } from '../../training/network/variants.js';
import { initialWeights, namedTensors } from '../../training/network/weights.js';
import { parseInputSize } from '../config/run-config.js';
import { UsageError } from '../core/errors.js';
import { megabytes } from '../core/units.js';
import { writeFileAtomic } from '../model/atomic-write.js';
import { CLASSES_KEY } from '../model/onnx/class-names.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';

type Flags = {
  readonly out: string;
  readonly variant?: string;
  readonly classes?: string;
  readonly seed?: string;
  readonly input?: string;
  readonly fp16?: boolean;
  readonly dynamicBatch?: boolean;
};

/** Declares `nowcast export`. */
export function register(program: Command, context: CliContext): void {
  const command = program.command('export')
    .description('Write a trained or untrained network as an ONNX file like YOLOX\'s own, or its weights alone')
    .argument('[weights]', 'a .safetensors file: a checkpoint of `nowcast train`, or, with --variant, weights alone')
    .requiredOption('--out <file.onnx|file.safetensors>', 'where to write it; .safetensors: the weights alone, for --weights of another training and for other tools')
    .option('--variant <name>', `which network weights alone are of; without weights an untrained one, to measure its speed: ${VARIANTS.join(', ')}`)
    .option('--classes <n>', 'classes of the untrained network (default: 80)')
    .option('--seed <n>', 'seed of its weights (default: 0)')
    .option('--input <WxH>', 'the size to run at (default: the checkpoint\'s, or the variant\'s own)')
    .option('--fp16', 'compute in half precision; input and output stay float32')
    .option('--dynamic-batch', 'leave the number of pictures open')
    .action((path: string | undefined, flags: Flags) => exportModel(path, flags, openIo(command, context)));
}

async function exportModel(path: string | undefined, flags: Flags, io: CommandIo): Promise<void> {
  const model = path === undefined ? untrained(flags) : trained(path, flags);
  const { network, weights, classNames } = model;
  const input = flags.input === undefined ? model.input : parseInputSize(flags.input, '--input');
  const { fp16 = false, dynamicBatch = false } = flags;
  const metadata = classNames === undefined ? {} : { [CLASSES_KEY]: JSON.stringify(classNames) };
  const bytes = isWeights(flags)
    ? Buffer.concat(safetensorsPieces(namedTensors(parameterLayout(network), weights), metadata))
    : exportOnnx(network, weights, { input, dynamicBatch, halfPrecision: fp16, metadata });
  await writeFileAtomic(flags.out, bytes);
  const labels = classNames && labelsBeside(flags.out);
  if (labels !== undefined) await writeFileAtomic(labels, classNames!.map((name, id) => `${id}  ${name}\n`).join(''));

  const facts = {
    path: flags.out, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), variant: network.name, classes: network.classCount,
    input, fp16, dynamicBatch, gflops: gigaFlops(network, input), ...(labels !== undefined && { labels }),
  };
  if (io.json) io.print(JSON.stringify(facts));
  else io.print(`${facts.path}: ${facts.variant}, ${facts.classes} classes, ${input.width}x${input.height}, ${facts.gflops.toFixed(2)} GFLOPs, ${megabytes(facts.bytes)}, sha256 ${facts.sha256}`);
}

/** @throws UsageError for what only an ONNX file can have */
function isWeights({ out, input, fp16, dynamicBatch }: Flags): boolean {
  if (!out.endsWith('.safetensors')) return false;
  for (const [flag, value] of Object.entries({ '--input': input, '--fp16': fp16, '--dynamic-batch': dynamicBatch })) {
    if (value !== undefined) throw new UsageError(`${flag} is for ONNX files, and ${out} would hold the weights alone; leave it out, or name a .onnx file`);
  }
  return true;
}

/** For `--labels`, here and in other tools; `nowcast run` reads the names from the model itself. */
function labelsBeside(out: string): string {
  const { dir, name } = parse(out);
  return join(dir, `${name}.txt`);
}

function trained(path: string, { variant, classes, seed }: Flags): TrainedNetwork {
  for (const [flag, value] of Object.entries({ classes, seed })) {
    if (value !== undefined) throw new UsageError(`--${flag} is for untrained networks; the weights in ${path} say their own`);
  }
  return readTrained(path, variant === undefined ? undefined : parseVariant(variant));
}

function untrained({ variant: name, classes = '80', seed = '0' }: Flags): TrainedNetwork {
  if (name === undefined) throw new UsageError('what is to be exported? Name a checkpoint of `nowcast train`, weights with their --variant, or an untrained --variant');
  const variant = parseVariant(name);
  const network = createNetwork(variant, count('classes', classes, 1));
  return { network, weights: initialWeights(network, count('seed', seed, 0)), input: testSize(variant), classNames: undefined };
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new UsageError(`--${flag} is "${text}"; it must be an integer of at least ${least}`);
  return value;
}
