import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDetections } from '../evaluation/detections.js';
import { parseGroundTruth } from '../evaluation/ground-truth.js';
import { parseTimestampedOutputs } from '../evaluation/timestamped-outputs.js';
import { RUN_KEYS } from '../src/app/parts.js';
import { parseConfig } from '../src/config/load.js';
import { DataError } from '../src/core/errors.js';
import { parseOnnx } from '../src/model/onnx/model-file.js';
import { parseRecording } from '../src/recording/reader.js';
import { parseRuntimeProfile } from '../src/scheduling/runtime-profile.js';
import { FfmpegLog } from '../src/streaming/ffmpeg/log.js';
import { NutReader } from '../src/streaming/ffmpeg/nut-reader.js';
import { decodeBmp } from '../src/streaming/pictures/bmp.js';
import { parseSafetensors } from '../training/checkpoint/safetensors.js';
import { parseDataSet } from '../training/data-set/parse.js';
import { CAMERA_PARSERS } from './camera-parsers.js';
import type { Mutator } from './mutate.js';
import { changePickle } from './pickle/change-pickle.js';
import { parsePickle } from './pickle/parse-pickle.js';
import { PICKLE_SEEDS } from './pickle/seeds.js';
import type { Samples } from './samples.js';

/** A function that reads input from outside. Many trials a second run in a thread of their own. */
export type Parser = {
  readonly name: string;
  readonly load: (samples: Samples) => Promise<Buffer>;
  /** The sound input is JSON, or JSON lines; its values are changed, not only its bytes. */
  readonly isJson?: boolean;
  /** Changes the sound input. Default: bytes, or values of JSON. */
  readonly change?: (mutator: Mutator, sound: Buffer) => Buffer;
  /** @throws NowcastError if the input is wrong; whatever else it throws is a fault */
  readonly parse: (bytes: Buffer) => unknown;
};

/** Pictures that wait for room, as in a run. */
const MOST_PICTURE_BYTES = 2 ** 22;

/** A file that is no JSON does not reach the parsers of values. */
function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (cause) {
    throw new DataError('not JSON', { cause });
  }
}

const annotations = ({ world }: Samples): Promise<Buffer> => readFile(join(world, 'annotations.json'));
/** As the data set of the samples. */
const TRUTH = parseGroundTruth(
  {
    images: Array.from({ length: 12 }, (_, id) => ({ id, width: 320, height: 192, file_name: `${id}.jpg` })),
    annotations: [],
    categories: Array.from({ length: 8 }, (_, id) => ({ id, name: `class ${id}` })),
  },
  'drive',
);

export const PARSERS: readonly Parser[] = [
  { name: 'parse-configuration', load: ({ configuration }) => readFile(configuration), parse: configuration },
  { name: 'parse-recording', load: ({ recording }) => readFile(recording), parse: recording },
  { name: 'parse-recording-values', load: ({ recording }) => readFile(recording), isJson: true, parse: recording },
  { name: 'parse-truth', load: annotations, isJson: true, parse: (bytes) => parseGroundTruth(json(bytes)) },
  {
    name: 'parse-results',
    load: ({ results }) => readFile(results),
    isJson: true,
    parse: (bytes) => parseDetections(json(bytes), TRUTH),
  },
  {
    name: 'parse-outputs',
    load: () => Promise.resolve(Buffer.from(JSON.stringify(OUTPUTS))),
    isJson: true,
    parse: (bytes) => parseTimestampedOutputs(json(bytes), TRUTH, 30),
  },
  {
    name: 'parse-profile',
    load: ({ runtimeProfile }) => readFile(runtimeProfile),
    isJson: true,
    parse: (bytes) => parseRuntimeProfile(json(bytes)),
  },
  {
    name: 'parse-pickle',
    load: () => Promise.resolve(PICKLE_SEEDS[0].bytes),
    change: (mutator) => changePickle(mutator, mutator.pick(PICKLE_SEEDS).bytes),
    parse: parsePickle,
  },
  { name: 'parse-training-set', load: annotations, isJson: true, parse: (bytes) => parseDataSet(json(bytes), '', 'x') },
  {
    name: 'parse-safetensors',
    load: ({ weights }) => readFile(weights),
    parse: (bytes) => parseSafetensors(bytes, 'x'),
  },
  {
    name: 'parse-onnx',
    load: ({ model }) => readFile(model),
    parse: (bytes) => parseOnnx(bytes, 'x'),
  },
  { name: 'parse-nut', load: ({ nut }) => readFile(nut), parse: nut },
  { name: 'parse-ffmpeg-log', load: ({ log }) => readFile(log), parse: log },
  { name: 'parse-bmp', load: () => Promise.resolve(BMP), parse: decodeBmp },
  ...CAMERA_PARSERS,
];

const OUTPUTS = {
  sequences: {
    drive: {
      timestamps: [0.1],
      inputFrames: [0],
      detections: [[{ category_id: 2, bbox: [1, 2, 3, 4], score: 0.5 }]],
    },
  },
};

/** Two by two pixels of 24 bits. */
const BMP = Buffer.from(
  '424d46000000000000003600000028000000020000000200000001001800000000001000000000000000000000000000000000000000' +
    '0102030405060000070809101112' +
    '0000',
  'hex',
);

function configuration(bytes: Buffer): unknown {
  return parseConfig(RUN_KEYS, bytes.toString(), 'x.yaml', { CAMERA_PASSWORD: 'secret' });
}

function recording(bytes: Buffer): unknown {
  return parseRecording(bytes.toString(), () => undefined);
}

function nut(bytes: Buffer): void {
  const reader = new NutReader({
    getTarget: (byteLength) => (byteLength <= MOST_PICTURE_BYTES ? new Uint8Array(byteLength) : undefined),
    onFrame: () => undefined,
  });
  reader.push(bytes);
}

function log(bytes: Buffer): void {
  const reader = new FfmpegLog({ scaler: 'scale@SECRET' });
  for (const line of bytes.toString().split('\n')) {
    reader.push(line);
    reader.nextPicture();
  }
  reader.settle();
}
