import { monotonicClock } from './clock.js';
import type { Clock } from '../core/clock.js';
import type { Detection } from '../core/detection.js';
import type { Detector, DetectorInfo } from '../core/detector.js';
import { UsageError } from '../core/errors.js';
import { shown } from '../core/extension.js';
import type { Picture, PictureFormat } from '../core/picture.js';

/** A detection of a custom detector. The class name follows from its id. */
export type OwnDetection = Omit<Detection, 'className'>;

export type OwnDetector = {
  /** The model's name in recordings and summaries. */
  readonly name: string;
  /** Size and format of the pictures that it takes. */
  readonly input: PictureFormat;
  /** Class names by class id. */
  readonly classNames: readonly string[];
  /**
   * Finds objects, with boxes in source pixels (`toSource` leads there). Read `picture.image` before the function
   * returns or first awaits: afterwards its memory is reused.
   */
  detect(picture: Picture): readonly OwnDetection[] | Promise<readonly OwnDetection[]>;
  /** Number of pictures that may be processed at the same time. Default: 1. */
  readonly hosts?: number;
  /** Resolves when it can work again after a `DetectorFailedError`. Default: at once. */
  ready?(): Promise<void>;
  close?(): void | Promise<void>;
  /** Clock that stamps the runs, the same as the pipeline's. Default: `monotonicClock`. */
  readonly clock?: Clock;
};

/**
 * A detector from a function that finds objects in a picture.
 *
 * ```ts
 * const detector = defineDetector({ name: 'mine', input: { width: 320, height: 320 }, classNames: ['blob'], detect });
 * ```
 *
 * @throws UsageError naming the invalid field
 */
export function defineDetector(own: OwnDetector): Detector {
  check(own);
  const { name, input, classNames, hosts = 1, clock = monotonicClock } = own;
  const info: DetectorInfo = { model: name, input, classNames };
  const close = async (): Promise<void> => {
    await own.close?.();
  };
  return {
    info,
    hosts,
    async detect(picture) {
      const inferStartMs = clock.now();
      const found = await own.detect(picture);
      const inferEndMs = clock.now();
      // The pipeline checks the result and reports anything but an array.
      const detections = Array.isArray(found)
        ? (found as OwnDetection[]).map((detection) => named(detection, classNames))
        : (found as []);
      return { detections, times: { inferStartMs, inferEndMs, doneAtMs: clock.now() } };
    },
    ready: () => own.ready?.() ?? Promise.resolve(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function named(detection: OwnDetection, classNames: readonly string[]): Detection {
  return { ...detection, className: classNames[detection.classId] };
}

function check(own: OwnDetector): void {
  const { name, input, classNames, hosts = 1 } = own;
  const fail = (field: string, wanted: string, got: unknown): never => {
    throw new UsageError(`defineDetector: ${field} must be ${wanted}, got ${shown(got)}`);
  };
  if (typeof name !== 'string' || name === '') fail('name', 'a text that is not empty', name);
  if (![input?.width, input?.height].every((side) => Number.isInteger(side) && side >= 1))
    fail('input', '{ width, height } in pixels', input);
  if (!Array.isArray(classNames) || !classNames.every((className) => typeof className === 'string'))
    fail('classNames', 'an array of texts', classNames);
  if (typeof own.detect !== 'function') fail('detect', 'a function (picture) => detections', typeof own.detect);
  if (!Number.isInteger(hosts) || hosts < 1) fail('hosts', 'a whole number of 1 or more', hosts);
}
