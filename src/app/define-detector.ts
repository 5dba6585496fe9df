import { monotonicClock } from './clock.js';
import type { Clock } from '../core/clock.js';
import type { Detection } from '../core/detection.js';
import type { Detector, DetectorInfo } from '../core/detector.js';
import { UsageError } from '../core/errors.js';
import { shown } from '../core/extension.js';
import type { Picture, PictureFormat } from '../core/picture.js';

/** What a detector of one's own found; the class's name follows from its id. */
export type OwnDetection = Omit<Detection, 'className'>;

export type OwnDetector = {
  /** Stands as the model's name in recordings and summaries. */
  readonly name: string;
  /** How it takes its pictures. */
  readonly input: PictureFormat;
  /** Class names by class id. */
  readonly classNames: readonly string[];
  /**
   * Finds objects, with boxes in source pixels (`toSource` leads there). Whatever it needs of `picture.image` it reads
   * before it returns or first awaits: the memory is used again.
   */
  detect(picture: Picture): readonly OwnDetection[] | Promise<readonly OwnDetection[]>;
  /** Pictures that may be under way at once; 1 unless given. */
  readonly hosts?: number;
  /** Resolves when it can work again after a `DetectorFailedError`; at once unless given. */
  ready?(): Promise<void>;
  close?(): void | Promise<void>;
  /** Stamps the runs; the pipeline's clock. `monotonicClock` unless given. */
  readonly clock?: Clock;
};

/**
 * A detector from a function that finds objects in a picture.
 *
 * ```ts
 * const detector = defineDetector({ name: 'mine', input: { width: 320, height: 320 }, classNames: ['blob'], detect });
 * ```
 *
 * @throws UsageError naming the field at fault
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
      // Anything else than an array is refused by the pipeline, which names it.
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
