import { DataError } from '../../src/core/errors.js';
import type { GroundTruth } from '../ground-truth.js';
import { parsedResult, rawResult } from './frame-results.js';
import { entryOf, listIn, numbersIn } from './plain-data.js';

/**
 * The timestamped outputs of one sequence, `<sequence>.pkl` of the sAP toolkit, in the form that
 * `parseTimestampedOutputs` reads. As in the toolkit, `results_raw` goes before `results_parsed`. Source: mtli/sAP
 * `det/srt_det.py`, `det/streaming_eval.py`.
 * @throws DataError naming the wrong entry
 */
export function sapOutputs(pickled: unknown, truth: GroundTruth): Record<string, unknown> {
  const [timestamps, inputFrames, raw, parsed] = ['timestamps', 'input_fidx', 'results_raw', 'results_parsed'].map(
    (key) => entryOf(pickled, key),
  );
  if (timestamps === undefined || inputFrames === undefined)
    throw new DataError(
      'outputs: expected a dictionary of the sAP toolkit with "timestamps", "input_fidx" and "results_parsed" or "results_raw"',
    );
  const detections =
    raw !== undefined && raw !== null
      ? listIn(raw, 'results_raw').map((result, i) => rawResult(result, truth, `results_raw[${i}]`))
      : listIn(parsed, 'results_parsed').map((result, i) => parsedResult(result, `results_parsed[${i}]`));
  return {
    timestamps: numbersIn(timestamps, 'timestamps'),
    inputFrames: numbersIn(inputFrames, 'input_fidx'),
    detections,
  };
}
