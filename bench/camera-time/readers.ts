import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SourceEvent } from '../../src/core/events.js';
import type { Frame } from '../../src/core/frame.js';
import { monotonicClock as clock } from '../../src/app/clock.js';
import { cameraSource, type CameraOptions } from '../../src/streaming/sources/camera/camera.js';
import type { Transport } from '../../src/streaming/sources/camera/camera-input.js';
import type { Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { stampOf } from '../../test/helpers/paced-camera/index.js';

/** A frame of a reader; its picture is released already. */
export type SeenFrame = {
  /** The number burnt into the picture; undefined if it is damaged. */
  readonly index: number | undefined;
  readonly readyAtMs: number;
  /** Facts that only Nowcast gives for a frame. */
  readonly claim?: Pick<Frame, 'seq' | 'capturedAtMs' | 'captureClock' | 'uncertaintyMs' | 'epoch' | 'corrupt'>;
};

/** Reads a camera until it is stopped. */
export type Reading = { stop(): Promise<void> };

export type Reader = {
  readonly name: string;
  /** The reason why it cannot be measured here; undefined if it can. */
  readonly absent?: string;
  read(url: string, onFrame: (frame: SeenFrame) => void): Reading;
};

const INPUT = { width: 416, height: 416 } as const;
const PYTHON = '/usr/bin/python3';

export function nowcastReader(name: string, transport: Transport, ffmpeg: Ffmpeg): Reader {
  return { name, read: (url, onFrame) => readWithNowcast(url, { transport, ffmpeg }, onFrame) };
}

/** Reads with `cameraSource`; `onOther` gets every event that is not a frame. */
export function readWithNowcast(
  url: string,
  options: Pick<CameraOptions, 'ffmpeg'> & Partial<CameraOptions>,
  onFrame: (frame: SeenFrame) => void,
  onOther: (event: Exclude<SourceEvent, Frame>) => void = () => undefined,
): Reading {
  const stop = new AbortController();
  const done = new Promise<void>((resolve, reject) => {
    cameraSource(url, { streamId: 'camera', input: INPUT, clock, stop: stop.signal, ...options }).subscribe({
      next: (event) => {
        if (event.type !== 'frame') {
          onOther(event);
          return;
        }
        const { seq, readyAtMs, capturedAtMs, captureClock, uncertaintyMs, epoch, corrupt } = event;
        onFrame({
          index: stampOf(event.picture, INPUT.width),
          readyAtMs,
          claim: { seq, capturedAtMs, captureClock, uncertaintyMs, epoch, corrupt },
        });
        event.release();
      },
      complete: resolve,
      error: reject,
    });
  });
  return {
    stop: () => {
      stop.abort();
      return done;
    },
  };
}

function pythonReader(name: string, program: string, probe: string): Reader {
  const works = spawnSync(PYTHON, ['-c', probe], { stdio: 'ignore' }).status === 0;
  // From dist/bench/camera-time to the source, which the compiler does not copy.
  const path = fileURLToPath(new URL(`../../../bench/camera-time/${program}`, import.meta.url));
  return {
    name,
    ...(works ? {} : { absent: `${name} is not installed for ${PYTHON}` }),
    read: (url, onFrame) => {
      const child = spawn(PYTHON, [path, url], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      createInterface(child.stdout).on('line', (line) => {
        const [index, readyAtMs] = line.split(' ').map(Number);
        onFrame({ index: index < 0 ? undefined : index, readyAtMs });
      });
      return {
        stop: async () => {
          child.kill('SIGKILL');
          await closed;
        },
      };
    },
  };
}

/** The ways of reading an RTSP camera that are compared. */
export function readers(ffmpeg: Ffmpeg): Reader[] {
  return [
    nowcastReader('Nowcast', 'auto', ffmpeg),
    nowcastReader("ffmpeg's RTSP", 'ffmpeg', ffmpeg),
    pythonReader('OpenCV VideoCapture', 'opencv.py', 'import cv2, numpy'),
    pythonReader(
      'GStreamer rtspsrc',
      'gstreamer.py',
      [
        'import gi, numpy',
        'gi.require_version("Gst", "1.0")',
        'from gi.repository import Gst',
        'Gst.init(None)',
        'assert Gst.ElementFactory.find("rtspsrc")',
      ].join('\n'),
    ),
  ];
}
