import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Runs ffmpeg with pieces on its standard input; resolves after success, rejects with its messages otherwise. */
export async function ffmpegFedBy(pieces: Iterable<Uint8Array>, args: readonly string[]): Promise<void> {
  const child = spawn('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  // If it ends early, the pipe breaks, and its messages give the reason.
  await pipeline(Readable.from(pieces, { highWaterMark: 2 }), child.stdin).catch(() => undefined);
  const [code] = await closed;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${messages.trim()}`);
}
