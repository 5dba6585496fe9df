import { classIdsOf } from '../../config/class-ids.js';
import type { RunConfig, SinkConfig } from '../../config/run-config.js';
import { aboutKeys } from '../../core/error-key.js';
import type { SinkKind } from '../../core/sink-kind.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import type { PipelineEvent } from '../../core/events.js';
import { isSceneEvent, type SceneEvent } from '../../core/scene-events.js';
import type { MeasurementsSnapshot } from '../../pipeline/measurements.js';
import { runHeader } from '../../recording/header.js';
import type { OnOutputFailure } from '../../files/output-file.js';
import type { Api } from '../../streaming/http/answer.js';
import type { Pages } from '../../streaming/http/pages.js';
import type { MappedStream } from '../../streaming/ffmpeg/arguments.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { ServiceObjects, ServiceRecords, ServiceSwitches } from '../../streaming/sinks/service.js';
import type { Sink, SinkContext, SinkHealth, SinkSource } from '../../streaming/sinks/sink-kind.js';
import type { CopyRequest } from '../../streaming/sources/source-kind.js';
import type { AppContext } from '../context.js';
import { hostFacts } from '../host-facts.js';
import { cocoNumbering } from './coco-numbering.js';
import { sinkEntry, sourceEntry, type RunParts } from '../parts.js';
import { NewestStates } from './newest-states.js';
import { sinkChanges } from './sink-changes.js';
import { openOtherSinks, sinkOfKind, type OpenSinkOfRun } from './sink-swap.js';
import { withModelClasses } from './scene-classes.js';

/** All sinks of a run, opened before the first frame, so that a bad output fails at once. */
export type OpenSinks = {
  publish(event: PipelineEvent | SceneEvent): void;
  publishStats(snapshot: MeasurementsSnapshot, atMs: number): void;
  /** The copy of the one live stream that a sink needs; undefined if no sink needs one. */
  readonly copy: CopyRequest | undefined;
  /** Receives the stream of the one video that is played. */
  onStream(stream: NonNullable<MappedStream>): void;
  /** Tells the sinks that cameras have come, gone, or got other rules. */
  onSources(sources: readonly SinkSource[]): void;
  /** Addresses that serve results while the run lasts, by the sink's name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Files written so far. */
  readonly files: readonly string[];
  /**
   * Takes over other outputs while the run goes on: all of them, or none.
   * @param access who may ask the server
   * @throws UsageError or OutputError if one of them cannot be opened; the former ones go on then
   */
  change(config: RunConfig, access: Api['access']): Promise<void>;
  /** Of each sink that has something to say, by its name. */
  health(): Readonly<Record<string, SinkHealth>>;
  /** Safe to call twice. */
  close(): Promise<void>;
  /**
   * Does the work that needs a complete run. Call it after `close`.
   * @throws OutputError, SourceError
   */
  finish(): Promise<void>;
  /** Removes temporary files. Call it last, after a failure too. */
  dispose(): Promise<void>;
};

export type SinksSetup = {
  readonly config: RunConfig;
  readonly info: ModelDetectorInfo;
  readonly ffmpeg: Ffmpeg | undefined;
  /** Also served at the feed's address. */
  readonly pages?: Pages | undefined;
  readonly api?: Api | undefined;
  /** Of a service. */
  readonly switches?: ServiceSwitches | undefined;
  /** Of a service. */
  readonly objects?: ServiceObjects | undefined;
  /** Of a service. */
  readonly records?: ServiceRecords | undefined;
  /** Called when a sink fails; the others continue. */
  readonly onFailure: OnOutputFailure;
};

/**
 * Checks every sink before the detector starts.
 * @throws OutputError
 */
export async function prepareSinks({ sinks }: RunConfig, parts: RunParts): Promise<void> {
  for (const sink of sinks) await prepareSink(sink, parts);
}

async function prepareSink({ kind, settings }: SinkConfig, parts: RunParts): Promise<void> {
  const entry = sinkEntry(kind, parts);
  await aboutKeys(keysOf(entry), () => entry.open.prepare(settings));
}

function openSink({ kind, settings }: SinkConfig, inRun: SinkContext, parts: RunParts): Promise<Sink> {
  const entry = sinkEntry(kind, parts);
  return aboutKeys(keysOf(entry), () => entry.open.open(settings, inRun));
}

/** The key that names its output, and its section. */
function keysOf({ section, keys }: Pick<SinkKind, 'section' | 'keys'>): readonly string[] {
  const [first] = Object.keys(keys);
  return [`${section.name}.${first}`, section.name];
}

/** The sources of a run as its sinks know them. */
export function sinkSources(
  { sources, detect: ofAll, snapshots: ofService }: Pick<RunConfig, 'sources' | 'detect' | 'snapshots'>,
  classNames: readonly string[],
  parts: RunParts,
): readonly SinkSource[] {
  return sources.map(
    ({ id, kind, address, more, settings, detect = ofAll, scene, record, snapshots = ofService?.rule }) => ({
      id,
      address,
      settings,
      ...(more !== undefined && { more }),
      ...(record !== undefined && { hasRecord: true }),
      ...(snapshots?.isEnabled === false && { isWithoutSnapshots: true }),
      pictures: sourceEntry(kind, parts).pictures,
      ...(detect.classes !== undefined && {
        classes: classIdsOf(detect.classes, classNames).map((classId) => classNames[classId]),
      }),
      ...(scene !== undefined && { scene: withModelClasses(scene, classNames, id) }),
    }),
  );
}

function write(sink: Sink, event: PipelineEvent | SceneEvent): void {
  if (isSceneEvent(event)) sink.writeScene?.(event);
  else sink.write(event);
}

/** @throws OutputError if a file cannot be written or a port is taken; all sinks are then closed */
export async function openSinks(
  { config, info, ffmpeg, pages, api, switches, objects, records, onFailure }: SinksSetup,
  parts: RunParts,
  context: AppContext,
): Promise<OpenSinks> {
  let open: readonly OpenSinkOfRun[] = [];
  /** Those that ended before the run, and the files that they have written. */
  const ending = new Set<Promise<void>>();
  const formerFiles: string[] = [];
  /** What happens while one sink takes the place of another that had to end first, by their kind. */
  const late = new Map<string, (PipelineEvent | SceneEvent)[]>();
  const close = async (): Promise<void> => {
    await Promise.all(open.map(({ sink }) => sink.close()));
    await Promise.all(ending);
  };
  const dispose = async (): Promise<void> => {
    for (const { sink } of open) await sink.dispose?.();
  };
  const inRunOf = (now: RunConfig, access = api?.access): SinkContext => ({
    sources: sinkSources(now, info.classNames, parts),
    header: runHeader(info, context.clock, {
      streams: now.sources.map(({ id }) => id),
      config: context.redact(now),
      host: hostFacts(),
    }),
    cocoNumbering: (annotations: string | undefined) => cocoNumbering(info.classNames, annotations, context.log),
    clock: context.clock,
    wallClock: context.clock,
    ffmpeg,
    pages,
    api: api && { ...api, ...(access !== undefined && { access }) },
    switches,
    objects,
    records,
    onFailure,
    onInfo: (message: string) => context.log.info(message),
    onWarning: (message: string) => context.log.warn(message),
  });
  const openOne = async (config: SinkConfig, inRun: SinkContext): Promise<OpenSinkOfRun> => ({
    config,
    sink: await openSink(config, inRun, parts),
  });
  const retire = async ({ sink }: OpenSinkOfRun, next?: SinkConfig): Promise<void> => {
    await (sink.retire?.(next?.settings) ?? sink.close());
    formerFiles.push(...sink.files);
    await sink.dispose?.();
  };
  const begin = ({ config: { kind }, sink }: OpenSinkOfRun): void => {
    sink.resume?.(states.of(inRun.sources));
    for (const event of late.get(kind) ?? []) write(sink, event);
    late.delete(kind);
  };
  let inRun = inRunOf(config);
  const states = new NewestStates(inRun.sources);
  try {
    // One after the other: if a sink fails to open, the later ones leave their older files alone.
    for (const sink of config.sinks) open = [...open, await openOne(sink, inRun)];
  } catch (error) {
    await close();
    await dispose();
    throw error;
  }

  return {
    publish(event) {
      states.seen(event);
      for (const { sink } of open) write(sink, event);
      for (const events of late.values()) events.push(event);
    },
    publishStats({ streams }, atMs) {
      const stats = {
        atMs,
        streams: Object.entries(streams).map(
          ([
            stream,
            {
              received,
              percepts,
              drops,
              inFlight,
              latencyMs: { count, p50, p90, p99 },
            },
          ]) => ({
            stream,
            received,
            percepts,
            drops,
            inFlight,
            ...(count === 0 ? {} : { latencyMs: { p50, p90, p99 } }),
          }),
        ),
      };
      for (const { sink } of open) sink.writeStats?.(stats);
    },
    copy: open.find(({ sink }) => sink.copy !== undefined)?.sink.copy,
    onStream(stream) {
      for (const { sink } of open) sink.onStream?.(stream);
    },
    onSources(sources) {
      states.keep(sources);
      for (const { sink } of open) sink.onSources?.(sources);
    },
    urls: Object.fromEntries(
      open.flatMap(({ config: { kind }, sink: { url } }) => (url === undefined ? [] : [[kind, url]])),
    ),
    health: () =>
      Object.fromEntries(
        open.flatMap(({ config: { kind }, sink }) => (sink.health === undefined ? [] : [[kind, sink.health()]])),
      ),
    get files() {
      return [...formerFiles, ...open.flatMap(({ sink }) => sink.files)];
    },
    async change(after, access) {
      const changes = sinkChanges(
        open.map(({ config: one }) => one),
        after.sinks,
        parts,
      );
      const now = inRunOf(after, access);
      const fresh = await openOtherSinks(open, changes, after.sinks, {
        prepare: (one) => prepareSink(one, parts),
        open: (one) => openOne(one, now),
        async retire(one, next) {
          if (open.includes(one)) late.set(one.config.kind, []);
          open = open.filter((each) => each !== one);
          await retire(one, next);
        },
        async restore(retired) {
          try {
            const again = await openOne(retired.config, inRun);
            open = [...open, again];
            begin(again);
          } catch (error) {
            late.delete(retired.config.kind);
            context.log.error((error as Error).message);
          }
        },
      });
      inRun = now;
      const gone = [...changes.removed, ...changes.reopened].map((one) => sinkOfKind(open, one));
      open = [...open.filter((one) => !gone.includes(one)), ...fresh].map(({ config: one, sink }) => ({
        config: changes.live.find(({ kind }) => kind === one.kind) ?? one,
        sink,
      }));
      for (const { config: one, sink } of open) sink.change?.(one.settings, access);
      for (const one of fresh) begin(one);
      // A receiver that is slow delays nobody.
      for (const one of gone) {
        const ended = retire(
          one,
          changes.reopened.find(({ kind }) => kind === one.config.kind),
        )
          .catch((error: unknown) => context.log.warn((error as Error).message))
          .finally(() => ending.delete(ended));
        ending.add(ended);
      }
    },
    close,
    async finish() {
      // A run that Ctrl-C ended still finishes its sinks. A second Ctrl-C ends the program.
      const signal = context.signal.aborted ? undefined : context.signal;
      for (const { sink } of open) await sink.finish?.({ signal, log: context.log, progress: context.progress });
    },
    dispose,
  };
}
