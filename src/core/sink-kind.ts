import type { Keys } from './keys.js';
import type { SourceFacts } from './source-kind.js';

/** A section of a configuration that several sinks may share. */
export type SinkSection = { readonly name: string; readonly description: string };

/** A flag that sets several keys of a sink at once. */
export type SinkFlag = {
  /** As help shows it: `--feed <[host:]port>`. */
  readonly declaration: string;
  readonly description: string;
  /**
   * The keys that the flag's text sets.
   * @throws UsageError naming the flag, the text and the allowed form
   */
  read(text: string): Readonly<Record<string, unknown>>;
};

/** A source as a sink may check it. */
export type CheckedSource = SourceFacts & {
  readonly id: string;
  /** It has zones, lines or other rules for objects. */
  readonly hasScene: boolean;
  /** The keys of its kind. */
  readonly settings: Readonly<Record<string, unknown>>;
};

/** One entry of the registry of sinks. A sink runs if one of its keys is set, or if its own section exists. */
export type SinkKind<Open = unknown> = {
  readonly name: string;
  readonly section: SinkSection;
  readonly keys: Keys;
  readonly flag?: SinkFlag;
  /**
   * How a running service takes over other settings. `reopen`, the default: another sink takes the place of this one.
   * `reopen-after`: this one ends first, because the two would disturb each other. `restart`: at the service's next
   * start.
   */
  readonly onOtherSettings?: 'reopen' | 'reopen-after' | 'restart';
  /** Keys whose values the open sink itself takes over. */
  readonly liveKeys?: readonly string[];
  needsFfmpeg?(settings: Readonly<Record<string, unknown>>): boolean;
  /** @throws UsageError if these settings contradict each other or the sources */
  check?(settings: Readonly<Record<string, unknown>>, sources: readonly CheckedSource[]): void;
  readonly open: Open;
};
