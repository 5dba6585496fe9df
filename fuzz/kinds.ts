import type { FuzzKind } from './kind.js';
import { argoverse } from './kinds/argoverse.js';
import { coco } from './kinds/coco.js';
import { configuration } from './kinds/configuration.js';
import { log, nut } from './kinds/ffmpeg-output.js';
import { labels } from './kinds/labels.js';
import { onnx } from './kinds/onnx.js';
import { pickle } from './kinds/pickle.js';
import { picture } from './kinds/picture.js';
import { profile } from './kinds/profile.js';
import { recording } from './kinds/recording.js';
import { safetensors } from './kinds/safetensors.js';
import { training } from './kinds/training.js';
import { video } from './kinds/video.js';

/** Taken in turn. */
export const KINDS: readonly FuzzKind[] = [
  configuration,
  recording,
  coco,
  argoverse,
  profile,
  pickle,
  safetensors,
  onnx,
  labels,
  picture,
  video,
  nut,
  log,
  training,
];
