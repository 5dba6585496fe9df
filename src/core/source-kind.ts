import type { Keys } from './keys.js';

/** A source that a text names by its form. */
export type Recognised = {
  /** The text in one spelling, credentials included. */
  readonly address: string;
  /** A name for its stream; never a secret. */
  readonly streamId: string;
};

/** Facts of a kind of source that configurations are checked by. */
export type SourceFacts = {
  /** Completes the sentence "front is …": `a camera`. */
  readonly is: string;
  /** Its frames come by themselves and do not wait; it is stopped in order. */
  readonly isLive: boolean;
  /**
   * Where the pictures are available after a run, at full size: in the file that was read, in a copy that is
   * kept meanwhile, or nowhere.
   */
  readonly pictures: 'in-file' | 'in-kept-copy' | 'gone';
  readonly needsFfmpeg: boolean;
};

/**
 * One entry of the registry of sources. It is found by the form of a text (`recognise`), or by the file or folder that
 * the text is the path of (`takesPath`). Entries are asked in order.
 */
export type SourceKind<Open = unknown> = SourceFacts & {
  readonly name: string;
  /** How people write it, for messages and help: `a video file`, `rtsp://`. */
  readonly forms: readonly string[];
  /** Texts that `recognise` knows; empty where `takesPath` decides. */
  readonly examples: readonly string[];
  /**
   * By its form alone; undefined where the text is of another kind.
   * @throws UsageError where it is of this kind, and malformed
   */
  recognise?(text: string): Recognised | undefined;
  /** Whether it reads what lies at this absolute path; where there is nothing, the path may be a pattern. */
  takesPath?(path: string, what: 'file' | 'folder' | 'nothing'): boolean;
  /** Files named one after another on the command line make one stream. */
  readonly joinsFiles?: true;
  /** Keys that it adds to those of a camera. */
  readonly keys: Keys;
  readonly open: Open;
};
