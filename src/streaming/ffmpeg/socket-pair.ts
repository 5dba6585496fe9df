import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The two ends of a connection inside this machine. */
export type SocketPair = {
  /** Reads from the far end. */
  readonly near: Socket;
  /**
   * To be passed to a child as an output, and then destroyed: the near end ends when the last holder of the far one has
   * ended.
   */
  readonly far: Socket;
};

/** The system's buffer size for such a connection. */
const BUFFER_BYTES = 256 * 1024;

/**
 * A connection whose near end reads into the same memory again and again. The pipes that Node makes for a child
 * allocate new memory for each read, so at the rate of raw pictures the garbage collector would run constantly.
 *
 * @param onBytes receives the arrived bytes; the memory is overwritten after it returns
 * @throws if the system has no such sockets, no path for them or no descriptor left
 */
export async function socketPair(onBytes: (bytes: Buffer) => void): Promise<SocketPair> {
  // No other program may connect.
  const folder = mkdtempSync(join(tmpdir(), 'nowcast-'));
  const server = createServer({ pauseOnConnect: true });
  let near: Socket | undefined;
  try {
    const path = join(folder, 's');
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const far = await new Promise<Socket>((resolve, reject) => {
      server
        .once('error', reject)
        .once('connection', resolve)
        .listen(path, () => {
          near = connect({ path, onread: { buffer, callback: (count) => (onBytes(buffer.subarray(0, count)), true) } });
          near.once('error', reject);
          // Without a free descriptor the system accepts the connection only to close it.
          near.once('close', () => reject(new Error('EMFILE: no file descriptor is free for a connection to ffmpeg')));
        });
    });
    return { near: near!, far };
  } catch (error) {
    near?.destroy();
    throw error;
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
