import { feedKind } from '../feed/kind.js';
import { annotatedVideoKind } from './annotated-video/kind.js';
import { cocoKind } from './coco/kind.js';
import { recordingKind } from './recording/kind.js';
import type { SinkEntry } from './sink-kind.js';

/**
 * The kinds of sink, opened in this order: the feed first, since a port that is taken must not cost an older recording.
 */
export const SINKS: readonly SinkEntry[] = [feedKind, recordingKind, cocoKind, annotatedVideoKind];
