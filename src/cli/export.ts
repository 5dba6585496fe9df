import type { Command } from 'commander';
import { exportNetwork, isWeightsFile, VARIANTS, type ExportOptions, type ExportSource } from '../app/export.js';
import { parseInputSize } from '../config/run-config.js';
import { UsageError } from '../core/errors.js';
import { megabytes } from '../core/units.js';
import { openIo, type CliContext } from './command-io.js';
import {
  addFlags,
  numberFlag,
  readFlags,
  requiredFlag,
  switchFlag,
  textFlag,
  type FlagValues,
  type RawFlags,
} from './flags.js';
import { addMoreHelp } from './help.js';
import { counted } from '../core/counted.js';

const FLAGS = {
  out: requiredFlag(
    '--out <file.onnx|file.safetensors>',
    'file to write; .safetensors holds the weights alone, for `nowcast train --weights` and other tools',
  ),
  variant: textFlag(
    '--variant <name>',
    'network variant, required for plain weights; without a weights file, exports random weights for speed tests',
    { allowed: VARIANTS.join(', ') },
  ),
  classes: numberFlag(
    '--classes <n>',
    'number of classes of a network with random weights',
    { min: 1, isInteger: true },
    undefined,
    80,
  ),
  seed: numberFlag('--seed <n>', 'seed of random weights', { min: 0, isInteger: true }, undefined, 0),
  input: textFlag('--input <WxH>', 'input size of the network', {
    allowed: 'WIDTHxHEIGHT in multiples of 32, such as 640x384',
    preset: "the checkpoint's or the variant's",
  }),
  fp16: switchFlag('--fp16', 'compute in half precision; input and output stay float32'),
  dynamicBatch: switchFlag('--dynamic-batch', 'make the batch size dynamic'),
};
type Values = FlagValues<typeof FLAGS>;

/** Declares `nowcast export`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('export')
    .description("Write a trained or untrained network as an ONNX file like YOLOX's own, or its weights alone")
    .argument(
      '[weights]',
      'a .safetensors file: a checkpoint of `nowcast train`, or plain weights, which need --variant',
    );
  addFlags(command, FLAGS).action(async (weights: string | undefined, raw: RawFlags) => {
    const options = exportOptions(weights, readFlags(FLAGS, raw));
    const io = openIo(command, context);
    const facts = await exportNetwork(options);
    const { path, variant, classes, input, gflops, bytes, sha256 } = facts;
    io.print(
      io.json
        ? JSON.stringify(facts)
        : `${path}: ${variant}, ${counted(classes, 'class', 'classes')}, ${input.width}x${input.height}, ${gflops.toFixed(2)} GFLOPs, ${megabytes(bytes)}, sha256 ${sha256}`,
    );
  });
  addMoreHelp(command, {
    examples: [
      'nowcast export runs/nano/best.safetensors --out nano.onnx',
      'nowcast export runs/nano/best.safetensors --out nano-640x384.onnx --input 640x384 --fp16',
      'nowcast export --variant yolox-s --out speed.onnx',
    ],
    page: 'training.md',
  });
}

/** @throws UsageError for flags that contradict each other */
function exportOptions(weights: string | undefined, values: Values): ExportOptions {
  const { out, fp16, dynamicBatch } = values;
  const source = weights === undefined ? untrained(values) : trained(weights, values);
  if (isWeightsFile(out))
    refuse(
      ['input', 'fp16', 'dynamicBatch'],
      values,
      (flag) =>
        `${flag} is for ONNX files, and ${out} would hold the weights alone; leave it out, or name a .onnx file`,
    );
  return {
    source,
    out,
    fp16,
    dynamicBatch,
    input: values.input === undefined ? undefined : parseInputSize(values.input, '--input'),
  };
}

function trained(weights: string, values: Values): ExportSource {
  refuse(
    ['classes', 'seed'],
    values,
    (flag) => `${flag} is for untrained networks; the weights in ${weights} say their own`,
  );
  return { weights, variant: values.variant };
}

function untrained({ variant, classes = 80, seed = 0 }: Values): ExportSource {
  if (variant === undefined)
    throw new UsageError(
      'export has no input; name a checkpoint of `nowcast train`, plain weights with their --variant, or a --variant alone for random weights',
    );
  return { variant, classes, seed };
}

function refuse(names: readonly (keyof Values)[], values: Values, message: (flag: string) => string): void {
  const given = names.find((name) => values[name] !== undefined && values[name] !== false);
  if (given !== undefined) throw new UsageError(message(String(FLAGS[given].option.long)));
}
