import { callExtension } from '../core/extension.js';
import type { Frame } from '../core/frame.js';

/**
 * Releases a frame's picture.
 * @throws ExtensionError naming the stream, if its source's `release` throws
 */
export function releaseFrame(frame: Frame): void {
  callExtension('source', frame.streamId, () => frame.release());
}

/**
 * Releases the picture of a refused frame. An error of `release` is ignored, because the reason of the refusal is
 * already being reported.
 */
export function releaseRefused(event: unknown): void {
  try {
    (event as { release?: () => void } | undefined)?.release?.();
  } catch {
    // Only the first error counts.
  }
}
