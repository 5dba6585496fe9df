import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Frame } from '../../src/core/frame.js';

export type RtspServerOptions = {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** `h264-sliced` cuts each picture into several slices; `audio` has no video at all. */
  readonly codec?: 'h264' | 'h264-sliced' | 'h265' | 'vp8' | 'mjpeg' | 'audio';
  readonly user?: string;
  readonly password?: string;
};

// Debian's own Python: only it sees the bindings that Debian installs.
const PYTHON = '/usr/bin/python3';
// From dist/test/helpers to the source, which the compiler does not copy.
const PROGRAM = fileURLToPath(new URL('../../../test/helpers/rtsp-server.py', import.meta.url));

/** True if GStreamer's RTSP server and an encoder are installed; by default the encoder of H.264. */
export function hasRtspServer(encoder = 'x264enc'): boolean {
  const probe = [
    'import gi',
    'gi.require_version("Gst", "1.0")',
    'gi.require_version("GstRtspServer", "1.0")',
    'from gi.repository import Gst, GstRtspServer',
    'import numpy',
    'Gst.init(None)',
    `assert Gst.ElementFactory.find("${encoder}")`,
  ].join('\n');
  return spawnSync(PYTHON, ['-c', probe], { stdio: 'ignore' }).status === 0;
}

/** A test camera. It ends with the process that started it, however that ends. */
export class RtspServer {
  readonly port: number;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Resolves when it accepts connections. */
  static async start({
    port = 0,
    width = 320,
    height = 240,
    fps = 25,
    codec = 'h264',
    user,
    password,
  }: RtspServerOptions = {}): Promise<RtspServer> {
    const access = user === undefined ? [] : ['--user', user, '--password', password ?? ''];
    const args = [
      PROGRAM,
      '--port',
      String(port),
      '--size',
      `${width}x${height}`,
      '--fps',
      String(fps),
      '--codec',
      codec,
      ...access,
    ];
    const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Writing to a killed process fails, and 'close' reports its end.
    child.stdin.on('error', () => undefined);
    for await (const line of createInterface(child.stdout)) {
      const ready = /^ready (\d+)$/.exec(line);
      if (ready !== null) return new RtspServer(child, Number(ready[1]));
    }
    throw new Error('the RTSP server did not start');
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.port}/cam`;
  }

  /** Changes the size of pictures from the next one on, within the connection. */
  resize(width: number, height: number): void {
    this.#child.stdin.write(`resize ${width}x${height}\n`);
  }

  /** Stalls the process and leaves its sockets open. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** Kills the process, even a frozen one. Resolves when it has exited. Safe to call twice. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

const STAMP_BITS = 48;
const STAMP_COLUMNS = 24;

/** Reads the time at which the server drew this picture, in milliseconds of `process.hrtime`. */
export function drawnAtMs({ picture: { image, size, fit } }: Frame, inputWidth: number): number {
  const cell = Math.floor(size.width / STAMP_COLUMNS) * fit.scaleX;
  let us = 0;
  for (let bit = 0; bit < STAMP_BITS; bit++) {
    const x = Math.floor(((bit % STAMP_COLUMNS) + 0.5) * cell);
    const y = Math.floor((Math.floor(bit / STAMP_COLUMNS) + 0.5) * cell);
    us = us * 2 + (image[y * inputWidth + x] > 126 ? 1 : 0);
  }
  return us / 1_000;
}
