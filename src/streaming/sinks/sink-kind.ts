import type { Clock, WallClock } from '../../core/clock.js';
import type { PipelineEvent } from '../../core/events.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { SceneRules } from '../../core/scene-rules.js';
import type { Keys, ResolvedOf } from '../../core/keys.js';
import type { SinkKind } from '../../core/sink-kind.js';
import type { SourceFacts } from '../../core/source-kind.js';
import type { RecordingHeader } from '../../recording/format.js';
import type { KeptUse } from '../../files/kept-folder.js';
import type { OnOutputFailure } from '../../files/output-file.js';
import type { Api } from '../http/answer.js';
import type { Pages } from '../http/pages.js';
import type { FeedStats } from '../feed/protocol.js';
import type { CocoNumbering } from './coco/coco-results.js';
import type { MappedStream } from '../ffmpeg/arguments.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import type { CopyRequest } from '../sources/source-kind.js';
import type { ServiceObjects, ServiceRecords, ServiceSwitches } from './service.js';

/** A source of a run as its sinks know it. */
export type SinkSource = Pick<SourceFacts, 'pictures'> & {
  readonly id: string;
  readonly address: string;
  /** Further files of the same stream. */
  readonly more?: readonly string[];
  /** The keys of its kind. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The classes that its detections may have; absent: all of the model. */
  readonly classes?: readonly string[];
  /** Absent: its objects are not followed. */
  readonly scene?: SceneRules;
  /** It has a stream of its own for recordings. */
  readonly hasRecord?: true;
  /** No pictures of its objects are taken. */
  readonly isWithoutSnapshots?: true;
};

/** The facts of a run that a sink gets when it is opened. */
export type SinkContext = {
  readonly sources: readonly SinkSource[];
  /** First line of a recording of this run. */
  readonly header: RecordingHeader;
  /**
   * The ids of COCO results: those of a data set, or numbers of the run's own.
   * @throws UsageError or DataError if the file of annotations is wrong
   */
  readonly cocoNumbering: (annotations: string | undefined) => CocoNumbering;
  readonly clock: Clock;
  readonly wallClock: WallClock;
  /** Present for kinds that need it. */
  readonly ffmpeg: Ffmpeg | undefined;
  /** Pages to serve beside the results, for a sink that serves pages. */
  readonly pages?: Pages | undefined;
  /** Answers to HTTP requests, for a sink that has a server. */
  readonly api?: Api | undefined;
  /** Of a service. */
  readonly switches?: ServiceSwitches | undefined;
  /** Of a service. */
  readonly objects?: ServiceObjects | undefined;
  /** Of a service. */
  readonly records?: ServiceRecords | undefined;
  /** Called when the sink fails; the run continues. */
  readonly onFailure: OnOutputFailure;
  readonly onInfo: (message: string) => void;
  readonly onWarning: (message: string) => void;
};

/** The context of a sink's work after the run. */
export type FinishContext = {
  /** Aborts that work, not the run. */
  readonly signal: AbortSignal | undefined;
  readonly log: Readonly<Record<'info' | 'warn', (message: string) => void>>;
  readonly progress: {
    bar(options: { readonly label: string; readonly total: number; readonly unit: string }): {
      set(value: number): void;
      done(): void;
    };
  };
};

/** How an open sink is; what it does not have is absent. */
export type SinkHealth = {
  /** Its receiver takes what it sends. */
  readonly isConnected?: boolean;
  /** Messages that reached nobody, by the reason. */
  readonly lost?: Readonly<Record<string, number>>;
  readonly clients?: number;
  /** Messages that clients did not get, because newer ones took their places. */
  readonly missed?: number;
  /** Of a sink that writes into a folder. */
  readonly kept?: KeptUse;
};

/** An open sink. */
export type Sink = {
  write(event: PipelineEvent): void;
  /** Receives what happens in the scenes of the run's streams, each after the event that it follows from. */
  writeScene?(event: SceneEvent): void;
  writeStats?(stats: FeedStats): void;
  /** Receives all sources whenever cameras come, go, or get other rules. */
  onSources?(sources: readonly SinkSource[]): void;
  /** Takes over other values of its kind's live keys, and who may ask its server. */
  change?(settings: Readonly<Record<string, unknown>>, access: Api['access']): void;
  /** Receives the newest state of each camera, if it is opened while they run. */
  resume?(states: readonly (PipelineEvent | SceneEvent)[]): void;
  /**
   * Called in place of `close` if it ends while the run goes on.
   * @param next settings of the sink that takes its place
   */
  retire?(next: Readonly<Record<string, unknown>> | undefined): Promise<void>;
  /** Called after the last event, and after a failure. Safe to call twice. */
  close(): Promise<void>;
  /**
   * Does the work that needs a complete run. Called once after `close`, unless the run failed.
   * @throws OutputError, SourceError
   */
  finish?(context: FinishContext): Promise<void>;
  /** Removes temporary files. Called last, after a failure too. */
  dispose?(): Promise<void>;
  /** Files that it wrote, including those of `finish`. */
  readonly files: readonly string[];
  /** Address that serves results while the run lasts: `ws://127.0.0.1:8765/`. */
  readonly url?: string;
  /** Receives the stream of the run's video that is played; the last call holds. */
  onStream?(stream: NonNullable<MappedStream>): void;
  /** The copy of the live stream that it needs. */
  readonly copy?: CopyRequest | undefined;
  /** Asked for at each scrape of a service's metrics. */
  health?(): SinkHealth;
};

export type OpenSink = {
  /**
   * Checks, before anything starts, whether the sink can be opened.
   * @throws OutputError
   */
  prepare(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** @throws OutputError if it cannot be opened */
  open(settings: Readonly<Record<string, unknown>>, context: SinkContext): Promise<Sink>;
};

/** One entry of the registry of sinks, with the types of its keys hidden. */
export type SinkEntry = SinkKind<OpenSink>;

type Typed<S extends Keys> = {
  prepare?(settings: ResolvedOf<S>): void | Promise<void>;
  open(settings: ResolvedOf<S>, context: SinkContext): Promise<Sink>;
};

/** Makes an entry whose functions get settings typed by its own keys; the configuration has checked them. */
export function sinkKind<S extends Keys>(
  kind: Omit<SinkKind, 'keys' | 'open' | 'check'> &
    Typed<S> & {
      readonly keys: S;
      check?(settings: ResolvedOf<S>, sources: Parameters<NonNullable<SinkKind['check']>>[1]): void;
    },
): SinkEntry {
  return {
    ...kind,
    open: {
      prepare: async (settings) => kind.prepare?.(settings as ResolvedOf<S>),
      open: (settings, context) => kind.open(settings as ResolvedOf<S>, context),
    },
  };
}
