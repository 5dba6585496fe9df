import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { DataError, OutputError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/size.js';
import { decodePicture } from '../../src/streaming/pictures/decode-picture.js';
import type { DataPicture } from '../data-set/data-set.js';
import type { LabeledPicture } from './augment.js';
import { mapLabels } from './labels.js';
import type { PictureMemory } from './picture-memory.js';
import type { RgbPicture } from './render.js';
import { isShortage, SHORTAGE_REMEDY } from './shortage.js';

export type PictureStoreOptions = {
  readonly pictures: readonly DataPicture[];
  /** Larger pictures are scaled down to this. */
  readonly input: Size;
  readonly memory: PictureMemory;
  /** Called once for each unusable picture. */
  readonly onSkip: (message: string) => void;
};

/** Opens pictures of a data set. */
export type PictureStore = {
  /**
   * Undefined if it cannot be opened.
   * @throws OutputError if the picture is not the cause
   */
  readonly open: (index: number) => Promise<LabeledPicture | undefined>;
  /**
   * The picture, or the next picture that can be opened.
   * @throws DataError if there is none
   */
  readonly load: (index: number, isWanted?: (picture: DataPicture) => boolean) => Promise<LabeledPicture>;
};

export function createPictureStore({ pictures, input, memory, onSkip }: PictureStoreOptions): PictureStore {
  const open = async (index: number): Promise<LabeledPicture | undefined> => {
    if (memory.isBroken(index)) return undefined;
    const { path, size, labels } = pictures[index];
    let picture = memory.get(index);
    if (picture === undefined) {
      try {
        picture = await decode(path, input);
      } catch (cause) {
        const { message } = cause as Error;
        if (isShortage(cause))
          throw new OutputError(`${message}; ${SHORTAGE_REMEDY}, and continue with --resume`, { cause });
        if (memory.markBroken(index)) onSkip(`${path} is skipped: ${message}`);
        return undefined;
      }
      memory.put(index, picture);
    }
    return {
      picture,
      labels: mapLabels(labels, [picture.width / size.width, 0, 0, 0, picture.height / size.height, 0], picture),
    };
  };
  return {
    open,
    load: async (index, isWanted = () => true) => {
      for (let offset = 0; offset < pictures.length; offset++) {
        const at = (index + offset) % pictures.length;
        const picture = isWanted(pictures[at]) ? await open(at) : undefined;
        if (picture !== undefined) return picture;
      }
      const why = await decode(pictures[0].path, input).then(
        () => '',
        (error: unknown) => ` (${(error as Error).message})`,
      );
      throw new DataError(
        `none of the pictures (${pictures.length}) can be opened, ${pictures[0].path} among them${why}; check the data's root`,
      );
    },
  };
}

/** Decoded as a run decodes it: upright, as the reference and annotators see it. */
async function decode(path: string, input: Size): Promise<RgbPicture> {
  const { pixels, ...size } = await decodePicture(await readFile(path));
  const {
    data,
    info: { width, height },
  } = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .resize({ ...input, fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}
