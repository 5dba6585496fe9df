import type { RunConfig } from '../../config/run-config.js';
import { counted } from '../../core/counted.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import { InternalError, SourceError, type OutputError } from '../../core/errors.js';
import type { PipelineEvent, StatusEvent } from '../../core/events.js';
import { BUNDLED_MODEL } from '../../model/zoo.js';
import type { AppContext, ProgressBar } from '../context.js';
import { RecentPercepts } from '../recent-percepts.js';
import { Outages } from './outages.js';
import { PictureResults, type PictureResult } from './picture-results.js';

/** Reports a run to people: log lines, a progress bar, and the failures of its sources and outputs. */
export class RunReporter {
  readonly #context: AppContext;
  readonly #named: boolean;
  readonly #failures: Error[] = [];
  readonly #omissions: string[] = [];
  readonly #expected = new Map<string, number>();
  readonly #sourceCount: number;
  readonly #maxFrames: number | undefined;
  readonly #showsRealWorld: boolean;
  #bar: ProgressBar | undefined;
  #seen = 0;
  #hasDetected = false;
  readonly #pictures = new PictureResults();
  readonly #outages = new Outages();
  readonly #recent = new RecentPercepts();

  constructor(config: RunConfig, context: AppContext) {
    this.#context = context;
    this.#sourceCount = config.sources.length;
    this.#named = config.sources.length > 1;
    this.#maxFrames = config.maxFrames;
    this.#showsRealWorld = config.sources.some(({ kind }) => kind !== 'demo');
  }

  /** The error of the first source or output that failed; undefined if none did. */
  get problem(): Error | undefined {
    return this.#failures[0];
  }

  /** The reason of each failure, and each part of a source that could not be read, without secrets. */
  get problems(): readonly string[] {
    return [...this.#failures.map(({ message }) => message), ...this.#omissions].map((text) => this.#redacted(text));
  }

  /** Parts of sources that could not be read, without secrets. */
  get omissions(): readonly string[] {
    return this.#omissions.map((text) => this.#redacted(text));
  }

  /** Results of the run's pictures, if they are few. */
  get pictures(): readonly PictureResult[] {
    return this.#pictures.all;
  }

  /** True once a percept had a detection. */
  get hasDetected(): boolean {
    return this.#hasDetected;
  }

  detectorOpened(info: ModelDetectorInfo): void {
    const { model, input, provider, requestedProvider, threads, pictures } = info;
    const asked = requestedProvider === provider ? '' : ` (asked for ${requestedProvider})`;
    this.#context.log.info(
      `${model} at ${input.width}x${input.height} on ${provider}${asked}, ${counted(threads, 'thread')}, assuming pictures as ${pictures}`,
    );
    const doubt = doubtfulNames(info);
    if (doubt !== undefined) this.#context.log.warn(doubt);
    if (model === `${BUNDLED_MODEL}.onnx` && this.#showsRealWorld)
      this.#context.log.warn(
        `${BUNDLED_MODEL} knows the synthetic town only; for real pictures, run \`nowcast models pull yolox-nano\` and give --model yolox-nano`,
      );
  }

  /** Takes the number of frames that a file states. */
  expect(streamId: string, frames: number | undefined): void {
    if (frames !== undefined) this.#expected.set(streamId, frames);
  }

  /**
   * Reports that a source failed, or the whole run if no stream is named.
   * @returns the status event for the sinks
   */
  failed(error: unknown, streamId?: string): StatusEvent {
    const failure =
      error instanceof Error ? error : new InternalError(`${streamId ?? 'the run'} failed with ${String(error)}`);
    this.#failures.push(failure);
    return {
      type: 'status',
      ...(streamId === undefined ? {} : { streamId }),
      atMs: this.#context.clock.now(),
      state: 'failed',
      message: this.#redacted(failure.message),
    };
  }

  hasReported(error: unknown): boolean {
    return this.#failures.some((failure) => failure === error);
  }

  /** Reports that a part of a source cannot be read. The rest continues, and the run succeeds unless it is strict. */
  omitted(streamId: string, message: string): void {
    this.#omissions.push(`${streamId}: ${message}`);
    this.#context.log.warn(`${this.#of(streamId)}${message}`);
  }

  /** Reports that a file can no longer be written. The run continues without it. */
  outputFailed(error: OutputError): void {
    this.#failures.push(error);
    this.#context.log.error(error.message);
  }

  seen(event: PipelineEvent): void {
    this.#pictures.seen(event);
    if (event.type === 'percept' && event.detections.length > 0) this.#hasDetected = true;
    switch (event.type) {
      case 'percept':
      case 'drop':
        this.#recent.seen(event);
        this.#bar ??= this.#context.progress.bar({
          label: 'detecting',
          total: this.#total(),
          unit: 'frames',
          details: () => this.#recent.details(this.#context.clock.now()),
        });
        this.#bar.set(++this.#seen);
        break;
      case 'gap': {
        const { level, text } = this.#outages.gap(event);
        this.#context.log[level](`${this.#of(event.streamId)}${text}`);
        break;
      }
      case 'status': {
        // A source that ends normally after a failure reports that failure only here.
        const message = event.message ?? 'it failed';
        if (event.state === 'failed' && !this.problems.includes(message))
          this.#failures.push(new SourceError(`${event.streamId ?? 'the run'}: ${message}`));
        const { level, text } = this.#outages.status(event);
        // A single source's failure is the error message of the command, so it is not logged here.
        const isSaidLater = event.state === 'failed' && !this.#named;
        this.#context.log[isSaidLater ? 'debug' : level](`${this.#of(event.streamId)}${text}`);
        break;
      }
    }
  }

  done(): void {
    this.#bar?.done();
  }

  /** Undefined unless every source stated its length. */
  #total(): number | undefined {
    const sum =
      this.#expected.size === this.#sourceCount ? [...this.#expected.values()].reduce((a, b) => a + b, 0) : undefined;
    return this.#maxFrames === undefined ? sum : Math.min(this.#maxFrames, sum ?? Infinity);
  }

  #of(streamId: string | undefined): string {
    return this.#named && streamId !== undefined ? `${streamId}: ` : '';
  }

  #redacted(message: string): string {
    return String(this.#context.redact(message));
  }
}

/** A warning about class names that nobody gave. */
function doubtfulNames({ model, classNames, classNamesFrom }: ModelDetectorInfo): string | undefined {
  const count = counted(classNames.length, 'class', 'classes');
  if (classNamesFrom === 'guess')
    return `${model} does not name its ${count}; the names (${classNames.slice(0, 3).join(', ')}, …) are a guess from their number. Give --labels: coco, argoverse-hd, or a text file`;
  if (classNamesFrom === 'numbers')
    return `${model} does not name its ${count}; results call them ${classNames[0]} and so on. Give --labels with a text file of names`;
  return undefined;
}
