import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../../../core/errors.js';
import type { RecognisedAddress } from '../../../core/source-kind.js';

/**
 * Recognises the address of an RTP stream.
 * @throws UsageError if it has no port
 */
export function recogniseRtp(text: string): RecognisedAddress | undefined {
  if (!/^rtp:\/\//i.test(text)) return undefined;
  const [, host, port] = /^rtp:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#@]*):(\d+)(?:[/?#]|$)/i.exec(text) ?? [];
  if (port === undefined) throw new UsageError(`the source "${text}" has no port; write it as rtp://HOST:PORT`);
  return { address: text, streamId: host === '' ? 'rtp' : host };
}

/**
 * Whether a file is a session description (RFC 8866 §5: its first line is the version) and not of another kind by its
 * name: it opens ports, which a file that calls itself a video must not do.
 */
export function isSdpFile(path: string): boolean {
  if (!/(?:^|[\\/])[^.\\/]+$|\.sdp$/i.test(path)) return false;
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = Buffer.alloc(8);
    return /^v=0\r?\n/.test(head.toString('latin1', 0, readSync(file, head, 0, head.length, 0)));
  } catch {
    // The source that takes it in the end reports it.
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
