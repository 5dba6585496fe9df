import { readFile } from 'node:fs/promises';
import { Observable } from 'rxjs';
import { counted } from '../../../core/counted.js';
import { SourceError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import { AS_STATED, checkView, isCropFailure, type View } from '../../../core/view.js';
import { decodePicture } from '../../pictures/decode-picture.js';
import { viewPixels } from '../../pictures/view-pixels.js';
import type { RgbPicture } from '../../pictures/rgb-picture.js';
import { fitPixels } from '../../pictures/fit-pixels.js';
import type { Originals } from '../../originals/originals.js';
import { playInto, type PlaybackOptions } from '../playout.js';
import { folderPictures } from './folder-pictures.js';
import { listPictures, type PictureList } from './list-pictures.js';

export type FolderOptions = PlaybackOptions & {
  /** Pictures per second; presentation times follow from it. Default 30. */
  readonly fps?: number;
  /** Default: as the pictures state it. */
  readonly view?: View | undefined;
  /** Ends after this many frames. */
  readonly maxFrames?: number;
  /** Receives the files, so that originals can be had even after the source has ended. Default: none. */
  readonly originals?: Originals;
  /** Called once before the first frame, to show progress. */
  readonly onInfo?: (info: {
    readonly fps: number;
    readonly durationMs: number;
    readonly expectedFrames: number;
  }) => void;
  /** Called for pictures that are left out, with their number and names. */
  readonly onProblem?: (message: string) => void;
};

const DEFAULT_FPS = 30;
/** Number of pictures decoded at the same time. */
const DECODERS = 2;
const MOST_NAMED = 5;

type Decoded = PictureList['pictures'][number] &
  ({ readonly picture: RgbPicture } | { readonly failure: Error; readonly picture?: undefined });

/**
 * Pictures as the frames of a stream, in the order of `listPictures`, paced and reported as by `videoSource`. Each
 * frame names its file. A picture that cannot be read is no frame and takes no number: a status names it, and
 * `onProblem` gets the sum.
 *
 * Errors with a SourceError: `NOWCAST_SOURCE_MISSING`, or `NOWCAST_SOURCE_NO_PICTURES` if there is no readable picture.
 * A picture that does not contain the crop of `view` counts as one that cannot be read.
 * @throws UsageError if the view is malformed
 * @param source absolute paths as for `listPictures`
 */
export function folderSource(source: string | readonly string[], options: FolderOptions): Observable<SourceEvent> {
  const { view = AS_STATED } = options;
  checkView(view);
  const places = typeof source === 'string' ? [source] : source;
  return new Observable((subscriber) => {
    const { input, fps = DEFAULT_FPS } = options;
    const { playout, status } = playInto(subscriber, options);
    const unreadable: string[] = [];
    /** Of the first picture that does not contain the crop. */
    let cropFailure: Error | undefined;
    /** Paths of the frames' pictures, by `seq`. */
    const readable: string[] = [];

    const play = async (): Promise<void> => {
      const list = await listPictures(places);
      if (subscriber.closed) return;
      options.originals?.add(options.streamId, folderPictures(readable, view));
      const expectedFrames = Math.min(list.pictures.length, options.maxFrames ?? Infinity);
      options.onInfo?.({ fps, durationMs: (expectedFrames / fps) * 1000, expectedFrames });
      status('streaming', `${counted(list.pictures.length, 'picture')}, ${fps} fps`);
      const { unsupported } = list;
      if (unsupported.length > 0) {
        status('streaming', unsupportedText(unsupported));
        options.onProblem?.(unsupportedText(unsupported));
      }
      const leftOut = leftOutText(list);
      if (leftOut !== undefined) status('streaming', leftOut);
      for await (const { path, file, ...decoded } of decodedInOrder(list, view)) {
        if (subscriber.closed) return;
        if (decoded.picture === undefined) {
          unreadable.push(file);
          if (isCropFailure(decoded.failure)) cropFailure ??= decoded.failure;
          status('streaming', `${file} cannot be read: ${decoded.failure.message}`);
        } else {
          readable.push(path);
          await push(file, decoded.picture);
        }
        if (readable.length === options.maxFrames) break;
      }
      playout.finish(() => finish(list));
    };

    const push = async (file: string, picture: RgbPicture): Promise<void> => {
      const ptsMs = ((readable.length - 1) * 1000) / fps;
      const slot = await playout.acquireSoon(ptsMs);
      if (slot === undefined) {
        playout.push({ ptsMs, file, lost: 'superseded' });
        return;
      }
      const { size } = await fitPixels(picture, input, slot.bytes);
      playout.push({ ptsMs, file, size, corrupt: false, slot });
    };

    const finish = ({ pictures }: PictureList): void => {
      const problem =
        unreadable.length === 0
          ? undefined
          : `${counted(unreadable.length, 'picture')} of ${pictures.length} cannot be read: ${listed(unreadable)}${cropFailure === undefined ? '' : `; ${cropFailure.message}`}`;
      if (readable.length === 0) {
        const all = pictures.length === 1 ? 'it' : `each of the ${pictures.length} pictures`;
        const why = cropFailure === undefined ? `; ${all} is damaged or no picture` : '';
        subscriber.error(
          new SourceError(`${problem ?? `no picture of "${places[0]}" was read`}${why}`, {
            code: 'NOWCAST_SOURCE_NO_PICTURES',
          }),
        );
        return;
      }
      if (problem !== undefined) options.onProblem?.(problem);
      status('ended', counted(readable.length, 'picture'));
      subscriber.complete();
    };

    subscriber.add(() => playout.close());
    play().catch((error: unknown) => subscriber.error(error));
  });
}

/** Decodes ahead, a few at a time; results come in the order of the list. */
async function* decodedInOrder({ pictures }: PictureList, view: View): AsyncGenerator<Decoded> {
  const ahead: Promise<Decoded>[] = [];
  let next = 0;
  const start = (): void => {
    if (next < pictures.length) ahead.push(decoded(pictures[next++], view));
  };
  for (let i = 0; i < DECODERS; i++) start();
  for (let first = ahead.shift(); first !== undefined; first = ahead.shift()) {
    const result = await first;
    start();
    yield result;
  }
}

async function decoded({ path, file }: PictureList['pictures'][number], view: View): Promise<Decoded> {
  try {
    return { path, file, picture: await viewPixels(await decodePicture(await readFile(path)), view) };
  } catch (error) {
    return { path, file, failure: error as Error };
  }
}

function leftOutText({ others, subfolders }: PictureList): string | undefined {
  const left = [
    ...(others === 0 ? [] : [counted(others, 'file')]),
    ...(subfolders === 0 ? [] : [counted(subfolders, 'subfolder')]),
  ];
  return left.length === 0 ? undefined : `${left.join(' and ')} left out: no pictures`;
}

function unsupportedText(files: readonly string[]): string {
  return `${counted(files.length, 'picture')} left out, because the format is not supported: ${listed(files)}`;
}

function listed(files: readonly string[]): string {
  const more = files.length - MOST_NAMED;
  return [...files.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
