import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { DataError, OutputError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/letterbox.js';
import type { DataPicture } from '../dataset.js';
import type { LabeledPicture } from './augment.js';
import { mapLabels } from './labels.js';
import type { PictureMemory } from './picture-memory.js';
import type { Picture } from './render.js';

export type PictureStoreOptions = {
  readonly pictures: readonly DataPicture[];
  /** Larger pictures are scaled down to fit into this. */
  readonly input: Size;
  readonly memory: PictureMemory;
  /** Called once for each picture that cannot be used. */
  readonly onSkip: (message: string) => void;
};

/** Opens pictures of a data set. */
export type PictureStore = {
  /** Undefined where it cannot be opened. @throws OutputError where that is no fault of the picture */
  readonly open: (index: number) => Promise<LabeledPicture | undefined>;
  /** The picture, or the next one that is wanted and can be opened. @throws DataError where none can */
  readonly load: (index: number, isWanted?: (picture: DataPicture) => boolean) => Promise<LabeledPicture>;
};

/** What the system says when it has nothing left for the moment to open any file with. */
const SHORTAGES: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOMEM'];

export function createPictureStore({ pictures, input, memory, onSkip }: PictureStoreOptions): PictureStore {
  const open = async (index: number): Promise<LabeledPicture | undefined> => {
    if (memory.isBroken(index)) return undefined;
    const { path, size, labels } = pictures[index];
    let picture = memory.get(index);
    if (picture === undefined) {
      try {
        picture = await decode(path, input);
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        // Passing it over this once would make of the run one that cannot be repeated.
        if (SHORTAGES.includes(code)) throw new OutputError(`${message}; free some, or raise the limit (ulimit -n for files), and go on with --resume`, { cause });
        if (memory.markBroken(index)) onSkip(`${path} is passed over: ${whyUnusable(message)}`);
        return undefined;
      }
      memory.put(index, picture);
    }
    return { picture, labels: mapLabels(labels, [picture.width / size.width, 0, 0, 0, picture.height / size.height, 0], picture) };
  };
  return {
    open,
    load: async (index, isWanted = () => true) => {
      for (let offset = 0; offset < pictures.length; offset++) {
        const at = (index + offset) % pictures.length;
        const picture = isWanted(pictures[at]) ? await open(at) : undefined;
        if (picture !== undefined) return picture;
      }
      const why = await decode(pictures[0].path, input).then(() => '', (error: unknown) => ` (${whyUnusable((error as Error).message)})`);
      throw new DataError(`none of the ${pictures.length} pictures can be opened, ${pictures[0].path} among them${why}; check the data's root`);
    },
  };
}

/** Of a format that it does not know, sharp says neither which files are meant nor what to do. */
function whyUnusable(message: string): string {
  return message.includes('unsupported image format') ? 'it is no picture of a format that can be read; convert it to PNG or JPEG' : message;
}

/** Turned as its EXIF orientation says, which is how the reference and those who draw boxes see it. */
async function decode(path: string, input: Size): Promise<Picture> {
  // Not opened by sharp, which has one message for all that a system may refuse.
  const { data, info: { width, height, channels } } = await sharp(await readFile(path), { failOn: 'truncated' })
    .autoOrient().resize({ ...input, fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  if (channels !== 3) throw new Error(`it has ${channels} channels instead of 3`);
  return { width, height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}
