import { DataError } from '../src/core/errors.js';
import type { DetectionColumns } from './coco-ap.js';
import { DetectionList } from './detection-list.js';
import type { GroundTruth } from './ground-truth.js';
import {
  boxOf,
  describe,
  isJsonRecord,
  numberOf,
  oddityOf,
  referenceOf,
  wrongField,
  type JsonRecord,
} from './json-records.js';
import { Warnings } from './warnings.js';

/** The outputs of one sequence in a file. */
export type TimestampedOutputs = {
  /** Seconds from the sequence's first frame, ascending. */
  readonly timestampsS: Float64Array;
  /** Index in the sequence of the frame that each output was computed from. */
  readonly inputFrames: Int32Array;
};

export type ParsedOutputs = {
  /** One for each sequence of the ground truth, in its order. */
  readonly sequences: readonly TimestampedOutputs[];
  /**
   * The outputs' detections, if the file contains them: `frame` counts the outputs over all sequences. Absent if not;
   * each output then has the detector's results for its input frame.
   */
  readonly detections: DetectionColumns | undefined;
  readonly warnings: readonly string[];
};

/**
 * Reads a parsed file
 * `{sequences: {NAME: {timestamps: [s…], inputFrames: [index…], detections?: [[{category_id, bbox: [left, top, width,
 * height], score}…]…]}}}`.
 * @throws DataError naming the sequence, the output and the mistake
 */
export function parseTimestampedOutputs(file: unknown, truth: GroundTruth, fps: number): ParsedOutputs {
  const given = isJsonRecord(file) ? file['sequences'] : undefined;
  if (!isJsonRecord(given))
    throw new DataError('outputs: expected {"sequences": {NAME: {"timestamps": […], "inputFrames": […]}}}');
  const known = new Set(truth.sequences.map(({ name }) => name));
  const stranger = Object.keys(given).find((name) => !known.has(name));
  if (stranger !== undefined)
    throw new DataError(
      `outputs: sequence "${stranger}" is not in the annotations; check that the outputs belong to this data set`,
    );

  const warnings = new Warnings();
  const found = new DetectionList();
  const withDetections = Object.values(given).filter(
    (sequence) => isJsonRecord(sequence) && sequence['detections'] !== undefined,
  ).length;
  if (withDetections !== 0 && withDetections !== Object.keys(given).length) {
    throw new DataError('outputs: only some sequences have "detections"; give all of them detections, or none');
  }
  let outputs = 0;
  const sequences = truth.sequences.map(({ name, images }) => {
    const sequence = Object.hasOwn(given, name) ? given[name] : undefined;
    if (!isJsonRecord(sequence))
      throw new DataError(`outputs: sequence "${name}" is missing; if it has no outputs, give it empty arrays`);
    const timestampsS = Float64Array.from(numbers(sequence, 'timestamps', name));
    const inputFrames = numbers(sequence, 'inputFrames', name);
    if (inputFrames.length !== timestampsS.length)
      throw new DataError(
        `outputs of "${name}": ${timestampsS.length} timestamps but ${inputFrames.length} inputFrames`,
      );
    checkOutputs(name, timestampsS, inputFrames, images.length, fps, warnings);
    if (sequence['detections'] !== undefined) {
      const perOutput = detectionLists(sequence['detections'], name, timestampsS.length);
      addDetections(perOutput, name, outputs, { truth, found, warnings });
    }
    outputs += timestampsS.length;
    return { timestampsS, inputFrames: Int32Array.from(inputFrames) };
  });
  return { sequences, detections: withDetections > 0 ? found.columns() : undefined, warnings: warnings.list() };
}

function checkOutputs(
  name: string,
  timestampsS: Float64Array,
  inputFrames: readonly number[],
  frames: number,
  fps: number,
  warnings: Warnings,
): void {
  for (let i = 0; i < timestampsS.length; i++) {
    const [time, input] = [timestampsS[i], inputFrames[i]];
    if (i > 0 && time < timestampsS[i - 1]) {
      throw new DataError(
        `outputs of "${name}": timestamps must not go back, but output ${i} is at ${time} s, after ${timestampsS[i - 1]} s`,
      );
    }
    if (!Number.isInteger(input) || input < 0 || input >= frames) {
      throw new DataError(
        `outputs of "${name}": output ${i} was computed from frame ${input}, but the sequence has frames 0 to ${frames - 1}`,
      );
    }
    if (time < input / fps)
      warnings.add('output came out before the frame that it was computed from', `"${name}", output ${i}`);
    if (time > frames / fps)
      warnings.add('output came out after the end of its sequence and is never used', `"${name}", output ${i}`);
  }
}

/** A sequence's detections, a list for each output. */
function detectionLists(value: unknown, name: string, outputs: number): readonly (readonly unknown[])[] {
  if (!Array.isArray(value) || value.length !== outputs || !value.every(Array.isArray)) {
    throw new DataError(`outputs of "${name}": "detections" must be ${outputs} arrays, one for each timestamp`);
  }
  return value as unknown[][];
}

/** @param firstOutput number of outputs of the sequences before */
function addDetections(
  lists: readonly (readonly unknown[])[],
  name: string,
  firstOutput: number,
  {
    truth,
    found,
    warnings,
  }: { readonly truth: GroundTruth; readonly found: DetectionList; readonly warnings: Warnings },
): void {
  const box = new Float64Array(4);
  lists.forEach((list, output) =>
    list.forEach((record, i) => {
      const where = `detections of output ${output} of "${name}"`;
      if (!isJsonRecord(record)) throw new DataError(`${where}: [${i}] must be an object, got ${describe(record)}`);
      boxOf(record, where, i, box, 0);
      if (oddityOf(box, 0) !== undefined)
        throw wrongField(record, 'bbox', where, i, 'finite numbers, with a width and a height of 0 or more');
      const score = numberOf(record, 'score', where, i);
      const category = referenceOf(record, 'category_id', where, i);
      const classIndex = category === undefined ? undefined : truth.classIndex.get(category);
      if (classIndex === undefined) {
        if (category === undefined || truth.unscoredClasses?.has(category) !== true)
          warnings.add(
            `detection skipped: category_id ${describe(record['category_id'])} is not in the annotations`,
            `${where}, [${i}]`,
          );
      } else found.add(firstOutput + output, classIndex, box, score);
    }),
  );
}

function numbers(sequence: JsonRecord, key: string, name: string): readonly number[] {
  const value = sequence[key];
  if (!Array.isArray(value))
    throw new DataError(`outputs of "${name}": "${key}" must be an array of numbers, got ${describe(value)}`);
  const wrong = value.findIndex((entry) => !Number.isFinite(entry));
  if (wrong >= 0)
    throw new DataError(`outputs of "${name}": ${key}[${wrong}] must be a number, got ${describe(value[wrong])}`);
  return value as number[];
}
