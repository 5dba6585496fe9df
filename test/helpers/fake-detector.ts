import type { Detection } from '../../src/core/detection.js';
import type { ModelDetector, DetectorResult } from '../../src/core/detector.js';
import type { Picture } from '../../src/core/picture.js';

type Job = {
  readonly picture: Picture;
  /** Answers with these detections; the run took from `startMs` to `endMs`. */
  finish(detections?: readonly Detection[], startMs?: number, endMs?: number): void;
  fail(error: Error): void;
};

/** A detector whose every answer the test gives by hand. */
export class FakeDetector implements ModelDetector {
  readonly info: ModelDetector['info'] = {
    model: 'fake.onnx',
    modelSha256: '0'.repeat(64),
    input: { width: 32, height: 32 },
    classNames: ['thing'],
    requestedProvider: 'cpu',
    provider: 'cpu',
    threads: 1,
  };
  readonly hosts: number;
  /** What is under way, oldest first. */
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

  /** Ends what `ready()` waits for. */
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

/** Lets everything that is already settled run its callbacks. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
