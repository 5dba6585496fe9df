import { feedKind } from '../feed/kind.js';
import { annotatedVideoKind } from './annotated-video/kind.js';
import { cocoKind } from './coco/kind.js';
import { eventsKind } from './events/kind.js';
import { mqttKind } from './mqtt/kind.js';
import { recordingKind } from './recording/kind.js';
import { recordingsKind } from './recordings/kind.js';
import type { SinkEntry } from './sink-kind.js';
import { webhookKind } from './webhook/kind.js';

/** The kinds of sink, opened in this order. The feed is first: if its port is taken, an older recording must stay. */
export const SINKS: readonly SinkEntry[] = [
  feedKind,
  recordingKind,
  recordingsKind,
  eventsKind,
  cocoKind,
  annotatedVideoKind,
  webhookKind,
  mqttKind,
];
