import type { PerceptEvent, PipelineEvent } from '../../../core/events.js';
import { round3 } from '../../../core/round.js';
import { OutputFile, type OnOutputFailure } from '../../../files/output-file.js';

/** Data sets number or name images and classes. A `bigint` is a number beyond 2^53. */
export type CocoId = number | string | bigint;

/** Maps a run's frames and classes to the ids of the data set. */
export type CocoNumbering = {
  /** Undefined leaves the percept out. */
  readonly imageId: (percept: PerceptEvent) => CocoId | undefined;
  /** Undefined leaves the detection out. */
  readonly categoryId: (classId: number) => CocoId | undefined;
};

/** `await using` closes it. */
export type CocoResults = AsyncDisposable & {
  /** Adds the observed detections of a percept; other events are ignored. */
  write(event: PipelineEvent): void;
  close(): Promise<void>;
};

/** The same for a run, whose end tells whether the results are any. */
export type CocoResultsOfRun = CocoResults & {
  /** The run has ended well, if without a percept. */
  finish(): void;
  /** Leaves no file of a run that neither had a percept nor ended well. */
  discard(): void;
};

const END = '\n]\n';

/**
 * Starts a list of COCO results: `[{image_id, file_name?, category_id, bbox: [left, top, width, height], score}, …]`.
 * `file_name` is present for pictures that are files of their own. The list holds observations, not forecasts. The file
 * is complete JSON after every write, however the run ends. The first percept puts it in the place of an older file.
 * @param onFailure called once if the disk is full or gone; the results end there
 * @throws OutputError if the file cannot be created
 */
export function createCocoResults(path: string, numbering: CocoNumbering, onFailure: OnOutputFailure): CocoResults {
  const results = createCocoResultsOfRun(path, numbering, onFailure);
  const close = async (): Promise<void> => {
    await results.close();
    results.finish();
  };
  return { write: (event) => results.write(event), close, [Symbol.asyncDispose]: close };
}

/** @throws OutputError if the file cannot be created */
export function createCocoResultsOfRun(
  path: string,
  { imageId, categoryId }: CocoNumbering,
  onFailure: OnOutputFailure,
): CocoResultsOfRun {
  const file = new OutputFile(path, onFailure, 'kept-until-published');
  // What a pipe has taken cannot be overwritten, so its list ends when the run does.
  const end = file.isRewritable ? END : '';
  file.write(`[${end}`);
  let separator = '\n';
  let isOpen = true;
  const close = (): Promise<void> => {
    if (isOpen && !file.isRewritable) file.write(END);
    isOpen = false;
    file.close();
    return Promise.resolve();
  };
  const finish = (): void => file.publish();
  return {
    write(event) {
      if (event.type !== 'percept') return;
      finish();
      const image = imageId(event);
      if (image === undefined) return;
      const name = event.file === undefined ? '' : `"file_name":${JSON.stringify(event.file)},`;
      let text = '';
      for (const { box, score, classId } of event.detections) {
        const category = categoryId(classId);
        if (category === undefined) continue;
        const bbox = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].map(round3);
        text += `${separator}{"image_id":${idText(image)},${name}"category_id":${idText(category)},"bbox":[${bbox.join()}],"score":${score}}`;
        separator = ',\n';
      }
      if (text !== '') file.write(text + end, end.length);
    },
    close,
    finish,
    discard: () => file.discard(),
    [Symbol.asyncDispose]: close,
  };
}

function idText(id: CocoId): string {
  return typeof id === 'string' ? JSON.stringify(id) : String(id);
}
