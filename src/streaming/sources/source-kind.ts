import type { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { OutputError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import type { Keys, ResolvedOf } from '../../core/keys.js';
import type { Pace } from '../../core/pace.js';
import type { PictureFormat } from '../../core/picture.js';
import type { SourceKind } from '../../core/source-kind.js';
import type { MappedStream } from '../ffmpeg/arguments.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import type { Originals } from '../originals/originals.js';
import type { CameraCopy } from './camera/options.js';

/** Requests a copy of a live stream, as its sender coded it. */
export type CopyRequest = {
  /** Path of the first connection's file. */
  readonly path: string;
  /** Called for each connection, at its first frame. */
  readonly onCopy: (copy: CameraCopy) => void;
  /** Called once if keeping ends early. */
  readonly onFailure: (error: OutputError) => void;
};

/** The facts of a run that a source gets when it is opened. */
export type SourceContext = {
  readonly streamId: string;
  /** The detector's input. */
  readonly input: PictureFormat;
  readonly clock: Clock;
  /** For files. */
  readonly pace: Pace;
  /** Present for kinds that need it. */
  readonly ffmpeg: Ffmpeg | undefined;
  /** True if a live source that cannot be opened fails at once, instead of being tried until it answers. */
  readonly givesUpFirst: boolean;
  /** Called once with the number of frames to come, if the source knows it. */
  readonly onLength?: (expectedFrames: number | undefined) => void;
  /** Called with the stream of a video that is played; the last call holds. */
  readonly onStream?: ((stream: NonNullable<MappedStream>) => void) | undefined;
  /** Called for each part of the source that cannot be read. The source continues; the run reports it at its end. */
  readonly onProblem?: (message: string) => void;
  /** Receives the stream's pictures at full size, for kinds that still have them. */
  readonly originals?: Originals | undefined;
  /** Ends live sources cleanly. */
  readonly stop?: AbortSignal;
  /** For kinds whose pictures are kept in a copy. */
  readonly copy?: CopyRequest | undefined;
};

/**
 * Loads the code of the kind, and opens the source. The rest of an entry must load nothing else, because every start
 * reads all entries.
 */
export type OpenSource = (
  source: {
    readonly address: string;
    /** Further files of the same stream. */
    readonly more?: readonly string[];
    readonly settings: Readonly<Record<string, unknown>>;
  },
  context: SourceContext,
) => Promise<Observable<SourceEvent>>;

/** One entry of the registry of sources, with the types of its keys hidden. */
export type SourceEntry = SourceKind<OpenSource>;

type Open<S extends Keys> = (
  source: { readonly address: string; readonly more?: readonly string[]; readonly settings: ResolvedOf<S> },
  context: SourceContext,
) => Promise<Observable<SourceEvent>>;

/** Makes an entry whose `open` gets settings typed by its own keys; the configuration has checked them. */
export function sourceKind<S extends Keys>(
  kind: Omit<SourceKind, 'keys' | 'open'> & { readonly keys: S; readonly open: Open<S> },
): SourceEntry {
  return { ...kind, open: kind.open as OpenSource };
}
