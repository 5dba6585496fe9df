// Ground truth.
export {
  parseGroundTruth,
  type GroundTruth,
  type GroundTruthClass,
  type GroundTruthImage,
  type RecordId,
  type Sequence,
} from './ground-truth.js';
export { parseJson, readJsonFile, readTextFile } from './load.js';

// Detections and runs.
export { DetectionList } from './detection-list.js';
export { parseDetections, type ParsedDetections } from './detections.js';
export { recordedRun, type RecordedRun } from './recorded-run.js';
export { RunCollector, type CollectedRun } from './run-collector.js';
export {
  simulatedRun,
  timestampedRun,
  type StreamedDrop,
  type StreamedOutput,
  type StreamedRun,
  type StreamedSequence,
} from './streamed-run.js';
export { parseTimestampedOutputs, type ParsedOutputs, type TimestampedOutputs } from './timestamped-outputs.js';
export type { OutputStream, PairingCounts } from './pairing.js';
export { Warnings } from './warnings.js';

// COCO AP.
export {
  COCO_STATS,
  detectionTable,
  evaluateBoxes,
  matcher,
  objectTable,
  type CocoEvaluation,
  type CocoStats,
  type DetectionColumns,
  type DetectionTable,
  type Matcher,
  type ObjectColumns,
  type ObjectTable,
  type Accumulated,
  type Outcome,
} from './coco-ap.js';
export { cocoTable } from './coco-table.js';

// Streaming AP.
export {
  evaluationJson,
  prepareDetections,
  scoreRun,
  streamingJson,
  type ConfusionJson,
  type EvaluationJson,
  type ScoredDetections,
  type StreamingJson,
  type StreamingScore,
} from './score.js';
export type { StreamingEvaluation } from './streaming-ap.js';
export type { Attribution } from './attribution.js';
export { compareRuns, type ComparedRun, type ComparedSide, type Comparison, type RunDifference } from './diff.js';
export type { ClassScore } from './class-scores.js';
export type { ConfusionThresholds } from './confusion.js';
export type { DetectionLimits } from './coco-ap/parameters.js';
export {
  LiveAccuracy,
  truthObjects,
  type LiveAccuracyOptions,
  type OverallScore,
  type RollingScore,
  type TruthFrame,
  type TruthObject,
} from './live-accuracy.js';
export { renderReport, type ReportInput } from './report.js';

// Tracks.
export { clearMot, type ClearMot } from './tracking/clear-mot.js';
export { identity, type Identity } from './tracking/identity.js';
export type { TrackedBox, TrackedFrame } from './tracking/tracked-frame.js';

// Simulation.
export {
  simulateSequence,
  type SimulatedDrop,
  type SimulatedRun,
  type SimulatedSequence,
  type SimulationSettings,
} from './simulate.js';
export { simulatedRecording } from './simulated-recording.js';
export { drawnRuntimes, parseRuntimesS, parseRuntimeTrace, traceRuntimes, type RuntimeSource } from './runtimes.js';
