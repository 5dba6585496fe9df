import type { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { OutputError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import type { Keys, ResolvedOf } from '../../core/keys.js';
import type { Pace } from '../../core/pace.js';
import type { PictureFormat } from '../../core/picture.js';
import type { SourceKind } from '../../core/source-kind.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import type { CameraCopy } from './camera/options.js';

/** Asks for a copy of a live stream, as its sender coded it. */
export type CopyRequest = {
  /** Of the first connection's file. */
  readonly path: string;
  /** Called for each connection, at its first frame. */
  readonly onCopy: (copy: CameraCopy) => void;
  /** Called once, when keeping ends early. */
  readonly onFailure: (error: OutputError) => void;
};

/** The world that a source is opened in. */
export type SourceContext = {
  readonly streamId: string;
  /** The detector's input. */
  readonly input: PictureFormat;
  readonly clock: Clock;
  /** Of files. */
  readonly pace: Pace;
  /** There for kinds that need it. */
  readonly ffmpeg: Ffmpeg | undefined;
  /** The run has no other source, so that one that cannot be had fails at once. */
  readonly isOnly: boolean;
  /** Called once, with the number of frames to come as far as the source knows it. */
  readonly onLength?: (expectedFrames: number | undefined) => void;
  /** Called for each part of the source that cannot be read and does not end it; the run reports them at its end. */
  readonly onProblem?: (message: string) => void;
  /** Ends live sources in order. */
  readonly stop?: AbortSignal;
  /** For kinds whose pictures stay in a kept copy. */
  readonly copy?: CopyRequest | undefined;
};

/**
 * Loads what the kind needs, and opens it. Nothing else of an entry loads more than its own few lines: every start
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

/** One entry of the registry of sources, as it stands in the list. */
export type SourceEntry = SourceKind<OpenSource>;

type Open<S extends Keys> = (
  source: { readonly address: string; readonly more?: readonly string[]; readonly settings: ResolvedOf<S> },
  context: SourceContext,
) => Promise<Observable<SourceEvent>>;

/** An entry whose `open` takes the settings that its own keys describe; the configuration has checked them. */
export function sourceKind<S extends Keys>(
  kind: Omit<SourceKind, 'keys' | 'open'> & { readonly keys: S; readonly open: Open<S> },
): SourceEntry {
  return { ...kind, open: kind.open as OpenSource };
}
