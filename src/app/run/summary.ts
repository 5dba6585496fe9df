import type { OwnDetectConfig } from '../../config/detect-config.js';
import type { RunConfig } from '../../config/run-config.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import { round3 } from '../../core/round.js';
import type { MeasurementsSnapshot, StreamCounts, StreamMeasurements } from '../../pipeline/measurements.js';
import type { AppContext } from '../context.js';
import type { PictureResult } from './picture-results.js';
import type { SceneSummary } from './scene-tally.js';
import type { RunScenes } from './scenes.js';

type Facts = {
  readonly config: RunConfig;
  readonly info: ModelDetectorInfo;
  readonly snapshot: MeasurementsSnapshot;
  readonly durationMs: number;
  /** Files that the sinks wrote. */
  readonly written: readonly string[];
  readonly problems: readonly string[];
  readonly pictures?: readonly PictureResult[];
  readonly scenes?: Pick<RunScenes, 'summaryOf'> | undefined;
};

/** The rules that a stream was run by. */
type StreamChoice = {
  readonly schedule: string;
  readonly latencyBudgetMs: number | null;
  readonly forecast: string;
  readonly conf: number;
  /** Null keeps all. */
  readonly classes: readonly string[] | null;
  readonly priority: number;
};

/** The output of `nowcast run --json`. */
export type RunSummary = {
  readonly model: ModelDetectorInfo;
  /** For all streams without a choice of their own. */
  readonly schedule: string;
  readonly latencyBudgetMs: number | null;
  readonly forecast: string;
  readonly durationMs: number;
  /** Percepts per second over the whole run. */
  readonly perceptsPerSecond: number;
  readonly total: StreamCounts;
  readonly streams: Readonly<
    Record<
      string,
      StreamMeasurements & {
        readonly source: string;
        /** The choice of a camera that has one of its own. */
        readonly detect?: StreamChoice;
        /** Of a source with zones, lines or objects. */
        readonly scene?: SceneSummary;
      }
    >
  >;
  /** How long each stage took, in milliseconds. */
  readonly stagesMs: MeasurementsSnapshot['stagesMs'];
  /** Files that the sinks wrote. */
  readonly written: readonly string[];
  readonly problems: readonly string[];
  /** Results of pictures that are files of their own, if they are ten or fewer. */
  readonly pictures?: readonly PictureResult[];
};

/** The outcome of a run, without secrets. */
export function summarise(
  { config, info, snapshot, durationMs, written, problems, pictures = [], scenes }: Facts,
  { redact }: Pick<AppContext, 'redact'>,
): RunSummary {
  const streams = Object.fromEntries(
    config.sources.map((source) => {
      const scene = scenes?.summaryOf(source.id);
      return [
        source.id,
        {
          source: String(redact(source.address)),
          ...(source.detect !== undefined && { detect: choiceOf(source.detect) }),
          ...snapshot.streams[source.id],
          ...(scene !== undefined && { scene }),
        },
      ];
    }),
  );
  return {
    model: info,
    schedule: config.detect.schedule,
    latencyBudgetMs: config.detect.budgetMs ?? null,
    forecast: config.detect.forecast,
    durationMs: round3(durationMs),
    perceptsPerSecond: round3(snapshot.total.percepts / (durationMs / 1000)),
    total: snapshot.total,
    streams,
    stagesMs: snapshot.stagesMs,
    written,
    problems,
    ...(pictures.length === 0 ? {} : { pictures }),
  };
}

function choiceOf({ schedule, budgetMs, forecast, conf, classes, priority }: OwnDetectConfig): StreamChoice {
  return { schedule, latencyBudgetMs: budgetMs ?? null, forecast, conf, classes: classes ?? null, priority };
}
