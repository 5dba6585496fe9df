import type { Outcome } from './command.js';
import type { Mutator } from './mutate.js';
import type { Samples } from './samples.js';

/** A command on a changed input. Its files are in the trial's folder, where it runs. */
export type Trial = {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Compares the result of a finished command with a reference's. @returns the difference; undefined if none */
  readonly compare?: (outcome: Outcome) => Promise<string | undefined>;
};

/** A kind of input that people, cameras and other programs give to Nowcast. */
export type FuzzKind = {
  readonly name: string;
  /** Writes the changed input into the folder. */
  readonly prepare: (mutator: Mutator, folder: string, samples: Samples) => Promise<Trial>;
};
