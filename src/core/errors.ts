/**
 * Root of every error that Nowcast throws on purpose. `code` is stable; `message` is for people and names the remedy.
 */
export class NowcastError extends Error {
  readonly code: string;
  /** Keys of the configuration that it may be about, the likeliest first; see `aboutKeys`. */
  declare keys?: readonly string[];

  constructor(code: string, message: string, options?: { cause?: unknown; keys?: readonly string[] | undefined }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    if (options?.keys !== undefined) this.keys = options.keys;
  }
}

/** Bad usage: a wrong flag, a wrong config, or a wrong value. The command exits with 2. */
export class UsageError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown; code?: string; keys?: readonly string[] | undefined }) {
    super(options?.code ?? 'NOWCAST_USAGE', message, options);
  }
}

/** A source cannot be opened, or it is of another kind than expected. */
export class SourceError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown; code?: string; keys?: readonly string[] | undefined }) {
    super(options?.code ?? 'NOWCAST_SOURCE', message, options);
  }
}

/** A model file cannot be used. */
export class ModelError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown; code?: string }) {
    super(options?.code ?? 'NOWCAST_MODEL', message, options);
  }
}

/** The detector lost a frame: it crashed, hung or was killed. The frame is dropped as `detector-failed`. */
export class DetectorFailedError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('NOWCAST_DETECTOR_FAILED', message, options);
  }
}

/** Kinds of custom parts. */
export type ExtensionPart = 'source' | 'policy' | 'detector' | 'tracker' | 'sink';

/**
 * A custom part threw, or returned a value of a wrong form. The message names the part; `cause` is the thrown value.
 */
export class ExtensionError extends NowcastError {
  readonly part: ExtensionPart;
  /** The part's name: the policy's name, the detector's model, the source's stream. */
  readonly partName: string;

  constructor(part: ExtensionPart, partName: string, problem: string, options?: { cause?: unknown }) {
    super('NOWCAST_EXTENSION', `${part} "${partName}" ${problem}`, options);
    this.part = part;
    this.partName = partName;
  }
}

/** Something external cannot be written or reached: a file, a port, a program. */
export class OutputError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown; code?: string; keys?: readonly string[] | undefined }) {
    super(options?.code ?? 'NOWCAST_OUTPUT', message, options);
  }
}

/** Data (annotations, results, recordings) breaks its format's rules; the message names the wrong record. */
export class DataError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('NOWCAST_DATA', message, options);
  }
}

/** A bug inside Nowcast itself; please report it. */
export class InternalError extends NowcastError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('NOWCAST_INTERNAL', message, options);
  }
}
