import sharp from 'sharp';
import { DataError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/letterbox.js';
import type { DataPicture } from '../dataset.js';
import type { LabeledPicture } from './augment.js';
import { mapLabels } from './labels.js';

export type PictureStoreOptions = {
  readonly pictures: readonly DataPicture[];
  /** Larger pictures are scaled down to fit into this. */
  readonly input: Size;
  /** Decoded pictures are kept up to this many bytes. */
  readonly keepBytes: number;
  /** Called once for each picture that cannot be used. */
  readonly onSkip: (message: string) => void;
};

/** Opens pictures of a data set. */
export type PictureStore = {
  /** The picture, or the next one that can be opened. @throws DataError where none can */
  load(index: number): Promise<LabeledPicture>;
};

export function createPictureStore({ pictures, input, keepBytes, onSkip }: PictureStoreOptions): PictureStore {
  const kept = new Map<number, LabeledPicture>();
  const broken = new Set<number>();
  let bytes = 0;

  const open = async (index: number): Promise<LabeledPicture | undefined> => {
    const known = kept.get(index);
    if (known !== undefined || broken.has(index)) return known;
    const { path } = pictures[index];
    try {
      const picture = await decode(pictures[index], input);
      const size = picture.picture.rgb.length;
      if (bytes + size <= keepBytes && !kept.has(index)) {
        kept.set(index, picture);
        bytes += size;
      }
      return picture;
    } catch (error) {
      if (!broken.has(index)) onSkip(`${path} is passed over: ${(error as Error).message}`);
      broken.add(index);
      return undefined;
    }
  };
  return {
    load: async (index) => {
      for (let offset = 0; offset < pictures.length; offset++) {
        const picture = await open((index + offset) % pictures.length);
        if (picture !== undefined) return picture;
      }
      throw new DataError(`none of the ${pictures.length} pictures can be opened, ${pictures[0].path} among them; check the data's root`);
    },
  };
}

async function decode({ path, size, labels }: DataPicture, input: Size): Promise<LabeledPicture> {
  const { data, info } = await sharp(path, { failOn: 'truncated' })
    .resize({ ...input, fit: 'inside', withoutEnlargement: true })
    .removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3) throw new Error(`it has ${channels} channels instead of 3`);
  const picture = { width, height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  return { picture, labels: mapLabels(labels, [width / size.width, 0, 0, 0, height / size.height, 0], picture) };
}
