import { evaluateBoxes, type DetectionColumns, type ObjectColumns } from '../evaluation/coco-ap.js';
import { letterbox } from '../src/core/fit.js';
import type { Size } from '../src/core/size.js';
import { createDecoder } from '../src/model/families/yolox/decode.js';
import { fit } from './data/augment.js';
import type { PictureStore } from './data/picture-store.js';
import { readAhead } from './data/read-ahead.js';
import type { DataSet } from './data-set/data-set.js';
import { openGraph } from './engines/onnxruntime/graph-session.js';
import { exportOnnx } from './export/export-onnx.js';
import type { Network } from './network/description.js';
import type { Weights } from './network/weights.js';

export type Validation = {
  readonly ap: number;
  readonly ap50: number;
  /** AP by class index; null for a class without an object. */
  readonly apPerClass: readonly (number | null)[];
};

export type ValidateOptions = {
  readonly network: Network;
  readonly weights: Weights;
  readonly dataSet: DataSet;
  readonly store: PictureStore;
  readonly input: Size;
  readonly threads: number;
  /** Aborts the validation. */
  readonly signal: AbortSignal;
  /** Called after each picture, of `total`. */
  readonly onPicture: (done: number, total: number) => void;
};

/** YOLOX's settings for evaluation (`yolox/exp/yolox_base.py`). */
const [CONFIDENCE, NMS] = [0.01, 0.65];
/** Pictures that are decoded while the network runs. */
const PICTURES_AHEAD = 2;

/** COCO AP of the exported network on the readable pictures of a data set; undefined if it was aborted. */
export async function validate(options: ValidateOptions): Promise<Validation | undefined> {
  const { network, weights, dataSet, store, input, threads, signal, onPicture } = options;
  const count = dataSet.pictures.length;
  const session = await openGraph(exportOnnx(network, weights, { input }), threads);
  const decode = createDecoder('undecoded probabilities', {
    input,
    classNames: dataSet.classNames,
    confThreshold: CONFIDENCE,
    nmsThreshold: NMS,
    nms: 'per-class',
  });
  const rows: { frame: number; classId: number; box: number[]; score: number }[] = [];
  const truth: { frame: number; classId: number; box: number[] }[] = [];
  try {
    let frame = -1;
    for await (const source of readAhead(store.open, 0, count, PICTURES_AHEAD)) {
      if (signal.aborted) return undefined;
      onPicture(++frame, count);
      if (source === undefined) continue;
      const { pixels } = fit(source, input);
      const { output } = await session.run({
        images: { data: Float32Array.from(pixels), dims: [1, 3, input.height, input.width] },
      });
      for (const {
        box: { x1, y1, x2, y2 },
        score,
        classId,
      } of decode([output.data], letterbox(source.picture, input))) {
        rows.push({ frame, classId, box: [x1, y1, x2 - x1, y2 - y1], score });
      }
      const { classIds, corners } = source.labels;
      classIds.forEach((classId, i) => {
        const [x1, y1, x2, y2] = corners.subarray(i * 4, i * 4 + 4);
        truth.push({ frame, classId, box: [x1, y1, x2 - x1, y2 - y1] });
      });
    }
    onPicture(count, count);
  } finally {
    await session.close();
  }
  const detections: DetectionColumns = {
    frame: Int32Array.from(rows, ({ frame }) => frame),
    classIndex: Int32Array.from(rows, ({ classId }) => classId),
    boxes: Float64Array.from(rows.flatMap(({ box }) => box)),
    scores: Float64Array.from(rows, ({ score }) => score),
  };
  const objects: ObjectColumns = {
    image: Int32Array.from(truth, ({ frame }) => frame),
    classIndex: Int32Array.from(truth, ({ classId }) => classId),
    boxes: Float64Array.from(truth.flatMap(({ box }) => box)),
    area: Float64Array.from(truth, ({ box }) => box[2] * box[3]),
    crowd: new Uint8Array(truth.length),
    idIsZero: new Uint8Array(truth.length),
  };
  const { stats, apPerClass } = evaluateBoxes(objects, detections, count, dataSet.classNames.length);
  return { ap: stats.AP ?? 0, ap50: stats.AP50 ?? 0, apPerClass };
}
