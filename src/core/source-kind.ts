import type { Keys } from './keys.js';

/** A source that a text states by its form. */
export type RecognisedAddress = {
  /** The normalised text, credentials included. */
  readonly address: string;
  /** A name for its stream; never a secret. */
  readonly streamId: string;
};

/** Facts about a kind of source that the configuration's checks need. */
export type SourceFacts = {
  /** Completes "the source NAME is …": `a camera`. */
  readonly is: string;
  /** True if frames arrive by themselves and do not wait; such a source is stopped cleanly. */
  readonly isLive: boolean;
  /**
   * Where the full-size pictures are after a run: in the file that was read, each in a file of its own, in a copy kept
   * during the run, or nowhere.
   */
  readonly pictures: 'in-file' | 'in-files' | 'in-kept-copy' | 'gone';
  readonly needsFfmpeg: boolean;
  /** It cannot be read a second time, nor by two streams. */
  readonly isReadOnce?: true;
};

/** The thing at a path. A pipe is anything else than a file or folder: a named pipe, a device. */
export type PathContent = 'file' | 'folder' | 'pipe' | 'nothing';

/** The content of an address. */
export type FoundAtAddress = {
  /** Name of the kind that reads it, if that is another one than its form shows. */
  readonly kind?: string;
  /** Something that can be played, as a file or live. */
  readonly isPlayable: boolean;
  /** For messages, as a clause: `the camera refuses the request (404 Not Found)`. */
  readonly found: string;
};

/**
 * One entry of the registry of sources. A text selects it by its form (`recognise`), or as the path of a file or folder
 * (`takesPath`). The registry asks its entries in order.
 */
export type SourceKind<Open = unknown> = SourceFacts & {
  readonly name: string;
  /** The forms of the text, for messages and help: `a video file`, `rtsp://`. */
  readonly forms: readonly string[];
  /** Beginnings of addresses whose coded pictures can be had without decoding them. */
  readonly codedForms?: readonly string[];
  /** Why an address of these forms cannot be recorded as it is coded: `it is HLS`; undefined if it can. */
  readonly whyNotCoded?: (address: string) => string | undefined;
  /** Forms that `recognise` accepts; empty if `takesPath` decides. */
  readonly examples: readonly string[];
  /**
   * Decides by the form alone; undefined if the text is of another kind.
   * @throws UsageError if the text is of this kind, but malformed
   */
  recognise?(text: string): RecognisedAddress | undefined;
  /** Asks a recognised address for its content; undefined if its form says enough. */
  lookAt?(address: string): Promise<FoundAtAddress | undefined>;
  /** True if it reads the file or folder at this absolute path. A path with nothing at it may be a pattern. */
  takesPath?(path: string, what: PathContent): boolean;
  /** Files named one after another on the command line make one stream. */
  readonly joinsFiles?: true;
  /** Keys that it adds to those of a camera. */
  readonly keys: Keys;
  readonly open: Open;
};
