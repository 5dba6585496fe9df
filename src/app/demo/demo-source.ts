import { finalize, Observable } from 'rxjs';
import { LiveDrive, type LiveDriveOptions } from '../../../synth/live/live-drive.js';
import type { SourceEvent } from '../../core/events.js';
import { producedSource, type PictureProducer, type ProducedOptions } from '../../streaming/sources/produced.js';

/** Size and rate of the synthetic drive: the most that two cores can draw beside a detector. */
export const DEMO_FPS = 30;
export const DEMO_SIZE = { width: 720, height: 450 } as const;

export type DemoSourceOptions = Omit<ProducedOptions, 'size' | 'fps'>;

/** The synthetic drive as a source; its thread ends with the subscription. */
export function demoSource(seed: number, options: DemoSourceOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const drive = new LiveDrive({ seed, ...DEMO_START, input: options.input });
    return playDrive(drive, options)
      .pipe(finalize(() => void drive.close()))
      .subscribe(subscriber);
  });
}

/** Plays a drive whose owner ends it, not the subscription. */
export function playDrive(drive: PictureProducer, options: DemoSourceOptions): Observable<SourceEvent> {
  return producedSource(drive, { ...options, size: DEMO_SIZE, fps: DEMO_FPS });
}

const DEMO_START: Omit<LiveDriveOptions, 'seed' | 'input'> = {
  fps: DEMO_FPS,
  size: DEMO_SIZE,
  jpegQuality: undefined,
};
