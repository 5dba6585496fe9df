import { realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Detection } from '../../../core/detection.js';
import { OutputError, UsageError } from '../../../core/errors.js';
import { AS_STATED, type View } from '../../../core/view.js';
import { writeFileAtomic } from '../../../files/atomic-write.js';
import { decodePicture } from '../../pictures/decode-picture.js';
import { viewPixels } from '../../pictures/view-pixels.js';
import { pictureRoot } from '../../sources/folder/list-pictures.js';
import { selectionOf } from '../../sources/selection.js';
import type { FinishContext, Sink, SinkContext } from '../sink-kind.js';
import { drawBoxes } from './draw-boxes.js';
import { pictureOutput, writtenFormat, type WrittenFormat } from './picture-output.js';

/** High enough that lines and letters have clean edges. */
const QUALITY = 92;

type Result = { readonly file: string; readonly detections: readonly Detection[] };

/**
 * Draws the detections of a run into its pictures, after the run and at their own size: one picture under the name
 * `save`, or each under its own name in the folder `save`.
 * @throws UsageError if `save` names one picture and the source is several, or would replace the source's pictures
 */
export function openPictures(save: string, { sources: [source], onWarning }: SinkContext): Sink {
  const places = [source.address, ...(source.more ?? [])];
  const isOne = places.length === 1 && statSync(places[0], { throwIfNoEntry: false })?.isFile() === true;
  const isFolder = pictureOutput(save) === 'folder';
  if (!isOne && !isFolder)
    throw new UsageError(
      `output.save (--save) is ${save}, the name of one picture, but ${source.id} is several; name a folder, as in --save annotated/`,
    );
  const root = pictureRoot(places);
  const { view = AS_STATED } = selectionOf(source.settings);
  if (isFolder && realPath(save) === realPath(root))
    throw new UsageError(
      `output.save (--save) is ${save}, the folder of the source's own pictures; choose another folder`,
    );
  const results: Result[] = [];
  const files: string[] = [];
  return {
    files,
    write(event) {
      if (event.type === 'percept' && event.file !== undefined)
        results.push({ file: event.file, detections: event.detections });
    },
    close: () => Promise.resolve(),
    async finish({ signal, progress }: FinishContext) {
      if (results.length === 0) {
        onWarning(`${save} was not written, because no picture was detected on`);
        return;
      }
      const bar = progress.bar({ label: 'annotating', total: results.length, unit: 'pictures' });
      try {
        for (const [done, { file, detections }] of results.entries()) {
          signal?.throwIfAborted();
          const from = join(root, file);
          const out = isFolder ? join(save, writtenFormat(file) === undefined ? `${file}.png` : file) : save;
          if (realPath(out) === realPath(from))
            throw new OutputError(`${out} is a picture of the source; choose another name`);
          await annotatePicture(from, out, view, detections);
          files.push(out);
          bar.set(done + 1);
        }
      } finally {
        bar.done();
      }
    },
  };
}

async function annotatePicture(from: string, out: string, view: View, detections: readonly Detection[]): Promise<void> {
  const picture = await readFile(from)
    .then(decodePicture)
    .then((decoded) => viewPixels(decoded, view))
    .catch((cause: unknown) => {
      throw new OutputError(`cannot write ${out}: ${from} cannot be read again: ${(cause as Error).message}`, {
        cause,
      });
    });
  const { width, height } = picture;
  const { default: sharp } = await import('sharp');
  const image = sharp(drawBoxes(picture, detections), { raw: { width, height, channels: 4 } }).removeAlpha();
  const format: WrittenFormat = writtenFormat(out) ?? 'png';
  await writeFileAtomic(
    out,
    await image.toFormat(format, format === 'png' ? {} : { quality: QUALITY, chromaSubsampling: '4:4:4' }).toBuffer(),
  );
}

/** Without links, if it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
