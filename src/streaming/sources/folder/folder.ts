import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Observable } from 'rxjs';
import { SourceError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import type { FrameSlot } from '../../../core/frame-pool.js';
import type { Originals } from '../../originals/originals.js';
import { folderPictures } from './folder-pictures.js';
import { PICTURE_EXTENSIONS, readPicture } from './picture.js';
import { playInto, type LostPicture, type PlaybackOptions, type ReadPicture } from '../playout.js';

export type FolderOptions = PlaybackOptions & {
  /** Pictures per second; presentation times follow from it. Default 30. */
  readonly fps?: number;
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
};

const DEFAULT_FPS = 30;
/** Number of pictures decoded at the same time. */
const DECODERS = 2;

/**
 * The pictures of a folder as the frames of a stream, in the order of `listPictures`, paced and reported as by
 * `videoSource`. A picture that cannot be read is a drop (`corrupt`) and a status that names it; the rest continues.
 *
 * Errors with a SourceError: `NOWCAST_SOURCE_MISSING`, or `NOWCAST_SOURCE_NO_PICTURES` if there is no readable picture.
 */
export function folderSource(path: string, options: FolderOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const { input, fps = DEFAULT_FPS } = options;
    const { playout, status } = playInto(subscriber, options);

    const read = async (
      file: string,
      ptsMs: number,
      slot: FrameSlot | undefined,
    ): Promise<ReadPicture | LostPicture> => {
      if (slot === undefined) return { ptsMs, lost: 'superseded' };
      try {
        const { size } = await readPicture(file, input, slot.bytes);
        return { ptsMs, size, corrupt: false, slot };
      } catch (error) {
        slot.release();
        if (!subscriber.closed)
          status('streaming', `${basename(file)} cannot be read and is passed over: ${(error as Error).message}`);
        return { ptsMs, lost: 'corrupt' };
      }
    };

    const play = async (): Promise<void> => {
      const files = (await listPictures(path)).slice(0, options.maxFrames);
      if (subscriber.closed) return;
      options.originals?.add(options.streamId, folderPictures(files));
      options.onInfo?.({ fps, durationMs: (files.length / fps) * 1000, expectedFrames: files.length });
      status('streaming', `${files.length} pictures, ${fps} fps`);
      let readable = 0;
      const deliver = async (
        reading: Promise<ReadPicture | LostPicture>,
        before: Promise<void> | undefined,
      ): Promise<void> => {
        const picture = await reading;
        await before;
        if ('slot' in picture) readable++;
        playout.push(picture);
      };
      const deliveries: Promise<void>[] = [];
      for (const [i, file] of files.entries()) {
        const ptsMs = (i * 1000) / fps;
        const slot = await playout.acquireSoon(ptsMs);
        deliveries.push(deliver(read(file, ptsMs, slot), deliveries.at(-1)));
        if (deliveries.length === DECODERS) await deliveries.shift();
        if (subscriber.closed) break;
      }
      await deliveries.at(-1);
      playout.finish(() => {
        if (readable === 0) {
          subscriber.error(noPictures(path, `none of the ${files.length} can be read`));
          return;
        }
        status('ended', `${files.length} pictures`);
        subscriber.complete();
      });
    };

    subscriber.add(() => playout.close());
    play().catch((error: unknown) => subscriber.error(error));
  });
}

/**
 * Paths of the pictures in a folder, in natural order: 1, 2, 10. Their index is the `seq` of their frames.
 * @throws SourceError if there is no such folder, or no picture in it
 */
export async function listPictures(path: string): Promise<string[]> {
  const names = await readdir(path).catch((cause: unknown) => {
    throw new SourceError(`the folder "${path}" cannot be read: ${(cause as Error).message}`, {
      cause,
      code: 'NOWCAST_SOURCE_MISSING',
    });
  });
  const extensions: readonly string[] = PICTURE_EXTENSIONS;
  const pictures = names.filter((name) => extensions.includes(extname(name).slice(1).toLowerCase()));
  if (pictures.length === 0) throw noPictures(path, `${names.length} entries, none of them a picture`);
  const { compare } = new Intl.Collator('en', { numeric: true });
  return pictures.sort(compare).map((name) => join(path, name));
}

function noPictures(path: string, why: string): SourceError {
  return new SourceError(
    `the folder "${path}" holds no pictures (${why}); Nowcast reads ${PICTURE_EXTENSIONS.join(', ')}`,
    { code: 'NOWCAST_SOURCE_NO_PICTURES' },
  );
}
