import { finalize, Observable } from 'rxjs';
import { LiveDrive } from '../../../synth/live/live-drive.js';
import type { SourceEvent } from '../../core/events.js';
import { noOriginal, type NoOriginal } from '../../streaming/originals/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { RgbPicture } from '../../streaming/pictures/rgb-picture.js';
import { producedSource, type PictureProducer, type ProducedOptions } from '../../streaming/sources/produced.js';

/** Size and rate of the synthetic drive: the most that two cores can draw beside a detector. */
export const DEMO_FPS = 30;
export const DEMO_SIZE = { width: 720, height: 450 } as const;

export type DemoSourceOptions = Omit<ProducedOptions, 'size' | 'fps'>;

/** How long a frame can be drawn once more, for an original. */
const REMEMBERED_S = 10;

/** The synthetic drive as a source; its thread ends with the subscription. */
export function demoSource(
  seed: number,
  fps: number,
  { originals, ...options }: DemoSourceOptions & { readonly originals?: Originals | undefined },
): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const drive = new LiveDrive({
      seed,
      fps,
      size: DEMO_SIZE,
      jpegQuality: undefined,
      input: options.input,
      remembered: originals === undefined ? 0 : Math.ceil(REMEMBERED_S * fps),
    });
    const withdraw = originals?.add(options.streamId, {
      find: ({ ptsMs }) => ({ decode: () => drawn(drive, Math.round((ptsMs * fps) / 1000)) }),
    });
    return playDrive(drive, { ...options, fps })
      .pipe(
        finalize(() => {
          withdraw?.();
          void drive.close();
        }),
      )
      .subscribe(subscriber);
  });
}

async function drawn(drive: LiveDrive, index: number): Promise<RgbPicture | NoOriginal> {
  const jpeg = await drive.picture(index);
  if (jpeg === undefined) return noOriginal('too-old', `it is older than ${REMEMBERED_S} s`);
  const { default: sharp } = await import('sharp');
  return { ...DEMO_SIZE, pixels: await sharp(jpeg).raw().toBuffer() };
}

/** Plays a drive whose owner ends it, not the subscription. */
export function playDrive(
  drive: PictureProducer,
  options: DemoSourceOptions & { readonly fps?: number },
): Observable<SourceEvent> {
  return producedSource(drive, { fps: DEMO_FPS, ...options, size: DEMO_SIZE });
}
