import { round3 } from '../src/core/round.js';
import type { DetectionColumns } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { idText } from './record-id.js';

/** Detections by image as the text of a list of COCO results, with the ids of the ground truth to the last digit. */
export function cocoResults(
  { images, classes }: Pick<GroundTruth, 'images' | 'classes'>,
  { frame, classIndex, boxes, scores }: DetectionColumns,
): string {
  const lines = Array.from(frame, (image, row) => {
    const bbox = Array.from(boxes.subarray(row * 4, row * 4 + 4), round3).join();
    const ids = `"image_id":${idText(images[image].id)},"category_id":${idText(classes[classIndex[row]].id)}`;
    return `{${ids},"bbox":[${bbox}],"score":${scores[row]}}`;
  });
  return `[\n${lines.join(',\n')}\n]\n`;
}
