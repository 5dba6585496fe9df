import type { Detection } from '../../core/detection.js';
import type { PipelineEvent } from '../../core/events.js';

/** The detections on one picture that is a file of its own, best score first. */
export type PictureResult = { readonly file: string; readonly detections: readonly Detection[] };

/** Results of more pictures than these belong into a file. */
const MOST_PICTURES = 10;

/** Keeps the results of a run on a few pictures, for the summary; none of a run on more. */
export class PictureResults {
  #results: PictureResult[] | undefined = [];

  /** Empty if there were none, or too many. */
  get all(): readonly PictureResult[] {
    return this.#results ?? [];
  }

  seen(event: PipelineEvent): void {
    if (event.type !== 'percept' || event.file === undefined || this.#results === undefined) return;
    if (this.#results.length === MOST_PICTURES) this.#results = undefined;
    else this.#results.push({ file: event.file, detections: event.detections });
  }
}

/** `dog.jpg: 1 dog 0.82, 2 car 0.79`: for each class the number of objects and the best score. */
export function pictureResultText({ file, detections }: PictureResult): string {
  const classes = new Map<string, { count: number; best: number }>();
  for (const { className, score } of detections) {
    const { count, best } = classes.get(className) ?? { count: 0, best: 0 };
    classes.set(className, { count: count + 1, best: Math.max(best, score) });
  }
  const found = Array.from(classes, ([name, { count, best }]) => `${count} ${name} ${best.toFixed(2)}`);
  return `${file}: ${found.length === 0 ? 'no detection' : found.join(', ')}`;
}
