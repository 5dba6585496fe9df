import type { UnitCodec } from '../../core/coded-unit.js';
import type { KeptFolder } from '../../files/kept-folder.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import type { TimedUnit } from '../ffmpeg/unit-nut.js';
import { Mp4Writer, type Mp4Form } from './mp4-writer.js';

export type KeptMp4Options = {
  readonly folder: Pick<KeptFolder, 'make'>;
  readonly path: string;
  readonly ffmpeg: Ffmpeg;
  readonly codec: UnitCodec;
  readonly form: Mp4Form;
};

/** A video in a kept folder. It has its name once it is complete. */
export class KeptMp4 {
  readonly path: string;
  readonly codec: UnitCodec;
  readonly #completed: Promise<boolean>;
  /** Absent if the folder cannot be written. */
  #writer: Mp4Writer | undefined;
  #end: () => void = () => undefined;

  constructor({ folder, path, ffmpeg, codec, form }: KeptMp4Options) {
    this.path = path;
    this.codec = codec;
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    this.#completed = folder.make(path, async (draft) => {
      const writer = (this.#writer = new Mp4Writer({ ffmpeg, codec, path: draft, form }));
      await ended;
      await writer.finish();
    });
  }

  /** False if the file cannot be completed. */
  write(unit: TimedUnit): boolean {
    return this.#writer?.write(unit) === true;
  }

  /** Completes the file. Resolves with false if that failed, which the folder reports. */
  end(): Promise<boolean> {
    this.#end();
    return this.#completed;
  }
}
