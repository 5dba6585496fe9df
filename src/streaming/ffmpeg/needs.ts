/** What an ffmpeg may use of this machine, beside the descriptors that it is started with. */
export type Needs = {
  readonly network: boolean;
  /** The user's files: all, or these alone. */
  readonly files: 'all' | readonly string[];
};

/** Of an input with options that Nowcast does not know: they may name anything. */
export const EVERYTHING: Needs = { network: true, files: 'all' };
/** Of an ffmpeg that reads and writes files. */
export const FILES: Needs = { network: false, files: 'all' };
/** Of an ffmpeg that reads and writes pipes. */
export const NOTHING: Needs = { network: false, files: [] };
