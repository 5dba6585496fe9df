import type { Detection } from '../../src/core/detection.js';
import type { ModelDetector, DetectorResult } from '../../src/core/detector.js';
import type { Picture } from '../../src/core/picture.js';

type Job = {
  readonly picture: Picture;
  /** Returns these detections; the run lasted from `startMs` to `endMs`. */
  finish(detections?: readonly Detection[], startMs?: number, endMs?: number): void;
  fail(error: Error): void;
};

/** A detector whose results the test gives by hand. */
export class FakeDetector implements ModelDetector {
  readonly info: ModelDetector['info'] = {
    model: 'fake.onnx',
    modelSha256: '0'.repeat(64),
    input: { width: 32, height: 32 },
    pictures: 'BGR, letterboxed, 0 to 255 (standard)',
    classNames: ['thing'],
    classNamesFrom: 'given',
    requestedProvider: 'cpu',
    provider: 'cpu',
    threads: 1,
  };
  readonly unusable = { boxes: 0, pictures: 0 };
  readonly hosts: number;
  /** The open requests, oldest first. */
  readonly jobs: Job[] = [];
  closed = false;
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  constructor(hosts = 1) {
    this.hosts = hosts;
  }

  detect(picture: Picture): Promise<DetectorResult> {
    return new Promise((resolve, reject) => {
      this.jobs.push({
        picture,
        finish: (detections = [], startMs = 0, endMs = 0) =>
          resolve({ detections, times: { inferStartMs: startMs, inferEndMs: endMs, doneAtMs: endMs } }),
        fail: reject,
      });
    });
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Resolves `ready()`. */
  recover(error?: Error): void {
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Lets settled promises run their callbacks. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
