import { cameraKind } from './camera/kind.js';
import { folderKind } from './folder/kind.js';
import { pipeKind } from './pipe/kind.js';
import { rtpKind } from './rtp/kind.js';
import type { SourceEntry } from './source-kind.js';
import { videoKind } from './video/kind.js';

/**
 * The kinds of source; a text is offered to them in this order. `video` takes every file, so a kind that takes some
 * files must stand before it.
 */
export const SOURCES: readonly SourceEntry[] = [folderKind, pipeKind, rtpKind, videoKind, cameraKind];
