import { finalize, Observable } from 'rxjs';
import { LiveDrive } from '../../../synth/live/live-drive.js';
import type { SourceEvent } from '../../core/events.js';
import { producedSource, type PictureProducer, type ProducedOptions } from '../../streaming/sources/produced.js';

/** Size and rate of the synthetic drive: the most that two cores can draw beside a detector. */
export const DEMO_FPS = 30;
export const DEMO_SIZE = { width: 720, height: 450 } as const;

export type DemoSourceOptions = Omit<ProducedOptions, 'size' | 'fps'>;

/** The synthetic drive as a source; its thread ends with the subscription. */
export function demoSource(seed: number, fps: number, options: DemoSourceOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const drive = new LiveDrive({ seed, fps, size: DEMO_SIZE, jpegQuality: undefined, input: options.input });
    return playDrive(drive, { ...options, fps })
      .pipe(finalize(() => void drive.close()))
      .subscribe(subscriber);
  });
}

/** Plays a drive whose owner ends it, not the subscription. */
export function playDrive(
  drive: PictureProducer,
  options: DemoSourceOptions & { readonly fps?: number },
): Observable<SourceEvent> {
  return producedSource(drive, { fps: DEMO_FPS, ...options, size: DEMO_SIZE });
}
