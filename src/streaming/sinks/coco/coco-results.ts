import type { PerceptEvent, PipelineEvent } from '../../../core/events.js';
import { round3 } from '../../../core/round.js';
import { OutputFile, type OnOutputFailure } from '../../../files/output-file.js';

/** Maps a run's frames and classes to the ids of the data set. */
export type CocoNumbering = {
  /** Undefined leaves the percept out. */
  readonly imageId: (percept: PerceptEvent) => number | undefined;
  /** Undefined leaves the detection out. */
  readonly categoryId: (classId: number) => number | undefined;
};

/** `await using` closes it. */
export type CocoResults = AsyncDisposable & {
  /** Adds the observed detections of a percept; other events are ignored. */
  write(event: PipelineEvent): void;
  close(): Promise<void>;
};

const END = '\n]\n';

/**
 * Starts a list of COCO results: `[{image_id, file_name?, category_id, bbox: [left, top, width, height], score}, …]`.
 * `file_name` is present for pictures that are files of their own. The list holds observations, not forecasts. The file
 * is complete JSON after every write, however the run ends.
 * @param onFailure called once if the disk is full or gone; the results end there
 * @throws OutputError if the file cannot be created
 */
export function createCocoResults(
  path: string,
  { imageId, categoryId }: CocoNumbering,
  onFailure: OnOutputFailure,
): CocoResults {
  const file = new OutputFile(path, onFailure);
  file.write(`[${END}`);
  let separator = '\n';
  const close = (): Promise<void> => {
    file.close();
    return Promise.resolve();
  };
  return {
    write(event) {
      if (event.type !== 'percept') return;
      const image = imageId(event);
      if (image === undefined) return;
      const name = event.file === undefined ? {} : { file_name: event.file };
      let text = '';
      for (const { box, score, classId } of event.detections) {
        const category = categoryId(classId);
        if (category === undefined) continue;
        const bbox = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].map(round3);
        text += separator + JSON.stringify({ image_id: image, ...name, category_id: category, bbox, score });
        separator = ',\n';
      }
      if (text !== '') file.write(text + END, END.length);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
