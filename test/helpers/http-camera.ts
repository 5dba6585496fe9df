import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegFedBy } from './paced-camera/encoder.js';
import { numberedPictures } from './paced-camera/pictures.js';
import { HttpServers } from './http-servers.js';

export type HttpCameraOptions = {
  readonly format: 'mpegts' | 'flv';
  readonly codec: 'h264' | 'h265';
  readonly bFrames: number;
  readonly width: number;
  readonly height: number;
};

const FPS = 25;
const GOP = 25;
const PICTURES = 500;

/** Numbered pictures over HTTP, in real time, in a format that ffmpeg alone reads. Stop its clients, then kill it. */
export class HttpCamera {
  readonly #servers = new HttpServers();
  readonly #senders = new Set<ChildProcess>();
  readonly #folder: string;
  url = '';

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(options: HttpCameraOptions): Promise<HttpCamera> {
    const { format, codec, bFrames, width, height } = options;
    const folder = await mkdtemp(join(tmpdir(), 'nowcast-http-camera-'));
    const camera = new HttpCamera(folder);
    const clip = join(folder, `clip.${format}`);
    const [encoder, more] = codec === 'h264' ? ['libx264', []] : ['libx265', ['-x265-params', 'log-level=error']];
    await ffmpegFedBy(numberedPictures({ width, height, fps: FPS }, PICTURES), [
      ...['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${width}x${height}`, '-r', String(FPS), '-i', 'pipe:0'],
      ...['-pix_fmt', 'yuv420p', '-c:v', encoder, '-preset', 'ultrafast', ...more],
      ...['-g', String(GOP), '-bf', String(bFrames), '-f', format, clip],
    ]);
    const address = await camera.#servers.serve((_, response) => {
      const args = ['-v', 'error', '-re', '-i', clip, '-c', 'copy', '-f', format, '-flush_packets', '1', 'pipe:1'];
      const sender = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'ignore'] });
      camera.#senders.add(sender);
      sender.stdout.pipe(response);
      response.once('close', () => sender.kill('SIGKILL'));
      sender.once('close', () => camera.#senders.delete(sender));
    });
    camera.url = `${address}/live.${format === 'flv' ? 'flv' : 'ts'}`;
    return camera;
  }

  /** How often it was opened. */
  get connections(): number {
    return this.#servers.connections;
  }

  async kill(): Promise<void> {
    const senders = [...this.#senders];
    const closed = senders.map((sender) => once(sender, 'close'));
    for (const sender of senders) sender.kill('SIGKILL');
    await Promise.all(closed);
    await this.#servers.close();
    await rm(this.#folder, { recursive: true });
  }
}
