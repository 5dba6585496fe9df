import { concatAll, defer, lastValueFrom, merge, Subject, switchMap, take, takeUntil, tap, timer } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import { NowcastError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import type { CaptureTrust } from '../../core/frame.js';
import type { Size } from '../../core/size.js';
import { locateFfmpeg } from '../../streaming/ffmpeg/binary.js';
import { hwaccelProblem } from '../../streaming/ffmpeg/hwaccel.js';
import { createOriginals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { sourceEntry, type RunParts } from '../parts.js';
import { aborted } from '../run/limits.js';
import { cameraFindings, recordFindings, type CameraObserved } from './camera-findings.js';
import type { Finding } from './finding.js';

/** The longest time for a source to show its first picture. */
const PATIENCE_MS = 25_000;
/** So long are its pictures watched: long enough for two key pictures of a camera that needs no advice. */
const WATCHED_MS = 10_000;
/** Cameras that are watched at once: each is decoded. */
const AT_ONCE = 4;
/** Pictures are fitted into this, and nobody looks at them. */
const ANY_INPUT: Size = { width: 416, height: 416 };

/** Opens each camera of a configuration that is on, watches it for ten seconds, and says what to change. */
export async function examineCameras(
  { sources: all }: Pick<RunConfig, 'sources'>,
  parts: RunParts,
  context: AppContext,
): Promise<Finding[]> {
  const sources = all.filter(({ isOff }) => isOff !== true);
  const seen = new Map<string, CameraObserved>();
  const streams = sources.flatMap(streamsOf);
  const waiting = [...streams];
  const work = async (): Promise<void> => {
    for (let stream = waiting.shift(); stream !== undefined; stream = waiting.shift()) {
      context.signal.throwIfAborted();
      context.log.info(`${stream.name}: watching it`);
      seen.set(stream.name, await observe(stream.source, parts, context));
    }
  };
  await Promise.all(streams.slice(0, AT_ONCE).map(work));
  const findings = streams.flatMap(({ name, source, isRecorded }) =>
    isRecorded ? recordFindings(name, seen.get(name)!, seen.get(source.id)!) : cameraFindings(name, seen.get(name)!),
  );
  const off = all.filter(({ isOff }) => isOff === true).map(({ id }) => offFinding(id));
  return [...findings, ...off, ...(await examineHardware(sources, context))];
}

function offFinding(id: string): Finding {
  return {
    name: id,
    state: 'ok',
    found: 'not opened: the configuration has enabled: false',
    remedy: `to open it all the same, name it: nowcast doctor -c FILE ${id}`,
  };
}

type Stream = { readonly name: string; readonly source: SourceConfig; readonly isRecorded: boolean };

/** Both streams of a camera that has two. */
function streamsOf(source: SourceConfig): Stream[] {
  const { id, record } = source;
  const detected: Stream = { name: id, source, isRecorded: false };
  if (record === undefined) return [detected];
  return [detected, { name: `${id} record`, source: { ...source, address: record }, isRecorded: true }];
}

/** Tries each decoding hardware that a camera names. */
async function examineHardware(
  sources: RunConfig['sources'],
  { env, cacheDir }: Pick<AppContext, 'env' | 'cacheDir'>,
): Promise<Finding[]> {
  const names = new Set(sources.flatMap(({ settings: { hwaccel } }) => (typeof hwaccel === 'string' ? [hwaccel] : [])));
  if (names.size === 0) return [];
  const ffmpeg = await locateFfmpeg(env, cacheDir);
  return Promise.all(
    Array.from(names, async (hwaccel): Promise<Finding> => {
      const problem = await hwaccelProblem(ffmpeg, hwaccel).catch((error: unknown) => (error as Error).message);
      const name = `hwaccel ${hwaccel}`;
      return problem === undefined
        ? { name, state: 'ok', found: 'ffmpeg has it, and opens its device' }
        : { name, state: 'limited', found: problem, remedy: 'install its driver, or remove hwaccel from the cameras' };
    }),
  );
}

/** Watches a source. Its failure is a part of what was seen. */
async function observe(source: SourceConfig, parts: RunParts, context: AppContext): Promise<CameraObserved> {
  const seen = new Observation();
  try {
    await watch(source, seen, parts, context);
  } catch (error) {
    if (!(error instanceof NowcastError)) throw error;
    seen.failed(String(context.redact(error.message)));
  }
  context.signal.throwIfAborted();
  return seen.result;
}

async function watch(source: SourceConfig, seen: Observation, parts: RunParts, context: AppContext): Promise<void> {
  const { env, cacheDir, clock, signal, redact } = context;
  const { id, kind, ...found } = source;
  const entry = sourceEntry(kind, parts);
  const ffmpeg = entry.needsFfmpeg ? await locateFfmpeg(env, cacheDir) : undefined;
  const originals = createOriginals();
  const first = new Subject<void>();
  const stopWatching = originals.follow(id, {
    onUnit: ({ isKey, ptsUs, data }) => seen.unit(isKey, ptsUs / 1000, data.length),
    onNone: () => undefined,
  });
  const ending = new AbortController();
  const end = merge(
    timer(PATIENCE_MS).pipe(takeUntil(first)),
    first.pipe(
      take(1),
      switchMap(() => timer(WATCHED_MS)),
    ),
    aborted(signal),
  );
  try {
    await lastValueFrom(
      defer(() =>
        entry.open(found, {
          streamId: id,
          input: ANY_INPUT,
          clock,
          pace: 'source',
          ffmpeg,
          originals,
          givesUpFirst: true,
          stop: ending.signal,
        }),
      ).pipe(
        concatAll(),
        tap((event) => {
          seen.event(event, (text) => String(redact(text)));
          if (event.type === 'frame' || event.type === 'drop') first.next();
        }),
        takeUntil(end),
      ),
      { defaultValue: undefined },
    );
  } finally {
    ending.abort();
    stopWatching();
    await originals.close();
  }
}

/** Collects what a source shows. */
class Observation {
  #stream = '';
  #size: Size | undefined;
  #trust: CaptureTrust | undefined;
  #firstMs: number | undefined;
  #lastMs = 0;
  #pictures = 0;
  #damaged = 0;
  #bytes = 0;
  readonly #keysMs: number[] = [];
  readonly #notices: string[] = [];
  #failure: string | undefined;

  event(event: SourceEvent, redacted: (text: string) => string): void {
    switch (event.type) {
      case 'frame': {
        const { width, height } = event.picture.size;
        this.#size = { width, height };
        this.#picture(event, event.corrupt);
        event.release();
        break;
      }
      case 'drop':
        this.#picture(event, event.reason === 'corrupt');
        break;
      case 'status':
        if (event.state === 'reconnecting') this.#failure ??= redacted(event.message ?? 'the connection was lost');
        if (event.state !== 'streaming' || event.message === undefined) break;
        // The first message describes the stream, and later ones are about its quirks.
        if (this.#stream === '') this.#stream = redacted(event.message);
        else this.#notices.push(redacted(event.message));
        break;
      case 'gap':
        break;
    }
  }

  unit(isKey: boolean, ptsMs: number, bytes: number): void {
    if (isKey) this.#keysMs.push(ptsMs);
    this.#bytes += bytes;
  }

  failed(why: string): void {
    this.#failure = why;
  }

  get result(): CameraObserved {
    return {
      stream: this.#stream,
      ...(this.#size !== undefined && { size: this.#size }),
      watchedMs: this.#lastMs - (this.#firstMs ?? this.#lastMs),
      pictures: this.#pictures,
      damaged: this.#damaged,
      ...(this.#bytes > 0 && { keysMs: this.#keysMs, bytes: this.#bytes }),
      ...(this.#trust !== undefined && { trust: this.#trust }),
      notices: this.#notices,
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }

  #picture(frame: CaptureTrust & { readonly ptsMs: number }, isDamaged: boolean): void {
    const { captureClock, uncertaintyMs, ptsMs } = frame;
    this.#trust = { captureClock, uncertaintyMs };
    this.#firstMs ??= ptsMs;
    this.#lastMs = ptsMs;
    this.#pictures += 1;
    if (isDamaged) this.#damaged += 1;
  }
}
