import { callExtension } from '../core/extension.js';
import type { Frame } from '../core/frame.js';

/**
 * Gives a frame's picture back.
 * @throws ExtensionError naming the stream, where its source's `release` throws
 */
export function releaseFrame(frame: Frame): void {
  callExtension('source', frame.streamId, () => frame.release());
}

/** Gives back the picture of what is refused, as far as that can be; why it is refused is already on its way. */
export function releaseRefused(event: unknown): void {
  try {
    (event as { release?: () => void } | undefined)?.release?.();
  } catch {
    // The first error is the one that counts.
  }
}
