import { concatAll, defer, takeWhile, tap, timer, takeUntil, lastValueFrom } from 'rxjs';
import { resolveRun } from '../../config/run-config.js';
import { lookAtSources } from '../../config/sources.js';
import { counted } from '../../core/counted.js';
import type { Detection } from '../../core/detection.js';
import type { ModelDetector } from '../../core/detector.js';
import { NowcastError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import { locateFfmpeg } from '../../streaming/ffmpeg/binary.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS, sourceEntry } from '../parts.js';

/** Pictures that are looked at, for their rate. */
const MOST_PICTURES = 40;
/** The longest time for a source to show them. */
const PATIENCE_MS = 25_000;

/** What a source showed, in words; or why it showed nothing. */
export type Trial = { readonly isGood: boolean; readonly text: string };

/** Opens a source, looks at its first pictures, and detects on one of them. */
export async function trySource(source: string, detector: ModelDetector, context: AppContext): Promise<Trial> {
  try {
    return await watch(source, detector, context);
  } catch (error) {
    if (!(error instanceof NowcastError)) throw error;
    return { isGood: false, text: String(context.redact(error.message)) };
  }
}

async function watch(source: string, detector: ModelDetector, context: AppContext): Promise<Trial> {
  const { sources } = BUILT_IN_PARTS;
  const config = resolveRun({}, [source], BUILT_IN_PARTS, await lookAtSources([source], sources));
  const [{ id, kind, ...found }] = config.sources;
  const entry = sourceEntry(kind, BUILT_IN_PARTS);
  const ffmpeg = entry.needsFfmpeg ? await locateFfmpeg(context.env, context.cacheDir) : undefined;
  const times: number[] = [];
  let stream = '';
  let detection: Promise<readonly Detection[]> | undefined;
  const look = (event: SourceEvent): void => {
    if (event.type === 'status' && event.state === 'streaming' && stream === '') stream = event.message ?? '';
    if (event.type !== 'frame') return;
    times.push(event.ptsMs);
    detection ??= detector.detect(event.picture).then(({ detections }) => detections);
    event.release();
  };
  await lastValueFrom(
    defer(() =>
      entry.open(found, {
        streamId: id,
        input: detector.info.input,
        clock: context.clock,
        pace: 'source',
        ffmpeg,
        givesUpFirst: true,
      }),
    ).pipe(
      concatAll(),
      tap(look),
      takeWhile(() => times.length < MOST_PICTURES && !context.signal.aborted),
      takeUntil(timer(PATIENCE_MS)),
    ),
    { defaultValue: undefined },
  );
  context.signal.throwIfAborted();
  if (detection === undefined) return { isGood: false, text: 'no picture came; check that it is sending' };
  const objects = await detection;
  return {
    isGood: true,
    text: [stream, rateText(times), counted(objects.length, 'detection')].filter((part) => part !== '').join(', '),
  };
}

function rateText(times: readonly number[]): string {
  const lastMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return lastMs > 0 ? `${Number((((times.length - 1) * 1000) / lastMs).toFixed(1))} pictures a second` : '';
}
