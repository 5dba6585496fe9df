import { statSync } from 'node:fs';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { DataError, SourceError, UsageError } from '../../core/errors.js';
import type { Size } from '../../core/size.js';
import type { Picture, PictureFormat } from '../../core/picture.js';
import { annotatedPath } from '../../streaming/pictures/annotated-path.js';
import { readPicture } from '../../streaming/pictures/read-picture.js';

/**
 * Whether the data root is the annotated video itself, rather than a folder of pictures.
 * @throws UsageError if it does not exist
 */
export function isVideoFile(dataRoot: string): boolean {
  const stats = statSync(dataRoot, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`--data-root ${dataRoot} does not exist`);
  return stats.isFile();
}

/** @throws UsageError if --data-root is one video but the annotations hold several sequences */
export function checkOneSequence(dataRoot: string, { sequences }: GroundTruth): void {
  if (sequences.length !== 1)
    throw new UsageError(
      `--data-root is the file ${dataRoot}, but the annotations hold ${sequences.length} sequences; name the folder that holds their pictures`,
    );
}

/**
 * Reads an annotated picture and fits it into `target`.
 * @param folder the data root and the sequence's folder below it
 * @throws SourceError if it cannot be read; DataError if its size differs from the annotations
 */
export async function readAnnotated(
  folder: string,
  truth: GroundTruth,
  image: number,
  input: PictureFormat,
  target: Uint8Array,
): Promise<Picture> {
  const path = annotatedPath(folder, truth.images[image].name);
  const picture = await readPicture(path, input, target).catch((cause: unknown) => {
    throw new SourceError(`the picture ${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
  checkSize(truth, image, picture.size);
  return picture;
}

/** @throws DataError if a picture's size differs from the annotations */
export function checkSize(truth: GroundTruth, image: number, { width, height }: Size): void {
  const { name, size } = truth.images[image];
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    throw new DataError(
      `${name} has ${width}x${height} pixels, but ${size.width}x${size.height} in the annotations; check that --data-root holds the annotated pictures`,
    );
  }
}
