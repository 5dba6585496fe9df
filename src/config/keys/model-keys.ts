import { PROVIDERS } from '../../core/detector.js';
import type { Keys } from '../../core/keys.js';

/** The keys of `model`. */
export const modelKeys = {
  path: {
    type: 'file-or-name',
    flag: '--model <file-or-name>',
    description:
      'The detector: an ONNX file of YOLOX or of a detection transformer, or a name from `nowcast models list`.',
    allowed: 'a file or the name of a model',
    default: 'nowcast-nano',
  },
  labels: {
    type: 'file-or-name',
    flag: '--labels <name-or-file>',
    description: 'Class names of the model.',
    defaultRule: "the model file's names, else a list with the same number of classes",
    allowed: 'coco, argoverse-hd, or a text file with one name a line',
  },
  provider: {
    type: 'choice',
    values: PROVIDERS,
    flag: '--provider <name>',
    description: 'Execution provider; `auto` measures all that load and takes the fastest.',
    default: 'auto',
  },
  threads: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--threads <n>',
    description: 'Threads of one inference on the CPU.',
    defaultRule: 'by the number of cores',
  },
  preprocess: {
    type: 'text',
    flag: '--preprocess <name>',
    description:
      'Preprocessing, for model files that do not state it: `legacy` for YOLOX before 0.1.1 and for ByteTrack, `rgb`, `unit` (RGB, 0 to 1) or `bgr-unit` for other networks with the outputs of YOLOX, `imagenet` or `unit` for detection transformers.',
    allowed: "a preprocessing of the model's family, such as legacy",
    defaultRule: "the usual one of the model's family",
  },
  trusted: {
    type: 'boolean',
    flag: '--trust-model',
    description:
      'Take the outputs of the network as its graph shows them, instead of trying it on test pictures first.',
    default: false,
  },
  input: {
    type: 'text',
    pattern: '^[1-9]\\d*x[1-9]\\d*$',
    flag: '--input <WxH>',
    description: 'Input size in pixels, for a model that leaves it open.',
    allowed: 'WIDTHxHEIGHT in multiples of 32, such as 640x384',
  },
} as const satisfies Keys;

/** The keys of `detectors`. */
export const detectorsKeys = {
  count: {
    type: 'either',
    of: [
      { type: 'choice', values: ['auto'], description: '' },
      { type: 'number', isInteger: true, min: 1, description: '' },
    ],
    formerly: 'model.hosts',
    description:
      'Number of detector processes that run side by side, and share the cameras; as many for each model. `auto` measures the model, and takes as many as the cameras and the cores call for.',
    allowed: 'auto or a whole number of 1 or more',
    default: 1,
  },
} as const satisfies Keys;
