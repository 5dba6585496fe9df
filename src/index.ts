// Data that flows.
export { boxArea, boxIou, type Box } from './core/box.js';
export type { Detection } from './core/detection.js';
export { CAPTURE_CLOCKS, type CaptureClock, type CaptureTrust, type Frame } from './core/frame.js';
export { letterbox, PAD_VALUE, toSource, type Fit } from './core/fit.js';
export type { Size } from './core/size.js';
export type { Area, View } from './core/view.js';
export { fitPicture, writePlanes, type Picture, type PictureFormat, type ScaledPixels } from './core/picture.js';
export {
  DROP_REASONS,
  LOSS_REASONS,
  STATUS_STATES,
  type DropEvent,
  type DropReason,
  type Forecast,
  type GapEvent,
  type LossReason,
  type PerceptEvent,
  type PerceptTimes,
  type PipelineEvent,
  type PolicyDropReason,
  type SourceEvent,
  type StatusEvent,
  type StatusState,
  type FrameRef,
} from './core/events.js';
export type { Clock, WallClock } from './core/clock.js';
export {
  DataError,
  DetectorFailedError,
  ExtensionError,
  InternalError,
  ModelError,
  NowcastError,
  OutputError,
  SourceError,
  UsageError,
  type ExtensionPart,
} from './core/errors.js';

// The two ends: what frames come from and what detects on them.
export { monotonicClock } from './app/clock.js';
export { defineDetector, type OwnDetection, type OwnDetector } from './app/define-detector.js';
export { openDetector, openSource, type OpenDetectorOptions, type OpenSourceOptions } from './app/library.js';
export {
  CLASS_NAME_ORIGINS,
  NMS_MODES,
  PROVIDERS,
  type ClassNameOrigin,
  type Detector,
  type DetectorInfo,
  type ModelDetector,
  type ModelDetectorInfo,
  type DetectorResult,
  type DetectorTimes,
  type Provider,
  type NmsMode,
  type UnusableBoxes,
} from './core/detector.js';
export type { Placement } from './core/placement.js';
export type { DecodeOptions } from './model/family.js';
export type { ReadOptions } from './model/model-spec.js';
export { createProcessDetector } from './model/host/process-detector.js';
export type { ProcessDetectorOptions } from './model/host/host-plan.js';
export type { Hwaccel } from './streaming/ffmpeg/hwaccel.js';
export type { TimeOffset } from './streaming/sources/camera/copy/kept-times.js';
export { cameraSource, type CameraCopy, type CameraOptions } from './streaming/sources/camera/camera.js';
export type { Transport } from './streaming/sources/camera/camera-input.js';
export {
  probeEndpoint,
  type Endpoint,
  type EndpointProbe,
} from './streaming/sources/camera/connection/endpoint-probe.js';
export { RECONNECT_LADDER, type ReconnectLadder } from './streaming/sources/camera/connection/reconnect.js';
export { folderSource, type FolderOptions } from './streaming/sources/folder/folder.js';
export { memorySource, type MemoryOptions } from './streaming/sources/memory.js';
export { pushSource, type PushedAt, type PushOptions, type PushSource } from './streaming/sources/push/push-source.js';
export { PUSH_FORMATS, type PushFormat } from './streaming/sources/push/pushed-picture.js';
export { producedSource, type PictureProducer, type ProducedOptions } from './streaming/sources/produced.js';
export { PACES, type Pace } from './core/pace.js';
export type { PlaybackOptions } from './streaming/sources/playout.js';
export type { InputDescription } from './streaming/ffmpeg/log.js';
export type { Selection } from './streaming/sources/selection.js';
export type { VideoInfo } from './streaming/sources/video/video-info.js';
export { videoSource, type VideoOptions } from './streaming/sources/video/video.js';
export type { MappedStream } from './streaming/ffmpeg/arguments.js';
export type { ChosenStream } from './streaming/ffmpeg/video-streams.js';
export { locateFfmpeg, type Ffmpeg, type FfmpegVersion } from './streaming/ffmpeg/binary.js';
export type { Sandbox } from './streaming/ffmpeg/cage.js';
export { SANDBOX_MODES, type SandboxMode } from './core/sandbox-mode.js';

// The middle: operators, to be chained.
export { createPipeline, type PipelineOptions, type StreamOptions } from './pipeline/create-pipeline.js';
export { perceive, type PerceiveOptions } from './pipeline/operators/perceive.js';
export { schedule, type ScheduleOptions } from './pipeline/operators/schedule.js';
export type { FrameQueueOptions, ScheduledFrame } from './pipeline/frame-queue.js';
export type { StreamSchedule } from './pipeline/scheduled-stream.js';
export type { Hold, Project } from './pipeline/operators/exhaust-map-from.js';
export { DetectorOutage, type DetectorLosses } from './pipeline/detector-outage.js';
export { SharedDetector } from './pipeline/shared-detector.js';
export { detect, type DetectOptions } from './pipeline/operators/detect.js';
export { exhaustMapLatest } from './pipeline/operators/exhaust-map-latest.js';
export { inOrder } from './pipeline/operators/in-order.js';
export { track } from './pipeline/operators/track.js';
export { forecast } from './pipeline/operators/forecast.js';
export { scene, type StreamScenes } from './pipeline/operators/scene.js';
export { liveAccuracy, type AccuracyMeter, type LiveAccuracyTiming } from './pipeline/operators/live-accuracy.js';
export { TrackerSet, type StreamTrackers } from './pipeline/tracker-set.js';
export { writeTo } from './pipeline/operators/write-to.js';
export { measureEmitted, measureReceived } from './pipeline/operators/measure.js';
export type { Distribution } from './pipeline/duration-histogram.js';
export {
  Measurements,
  type MeasurementsSnapshot,
  type StageName,
  type StreamCounts,
  type StreamMeasurements,
} from './pipeline/measurements.js';

// The rules.
export { findNamed, formsOf, type NamedKind } from './core/named-kind.js';
export { POLICIES, policyByName } from './scheduling/kinds.js';
export { every } from './scheduling/policies/every.js';
export { idleFree } from './scheduling/policies/idle-free.js';
export { idleNext } from './scheduling/policies/idle-next.js';
export { shrinkingTail } from './scheduling/policies/shrinking-tail.js';
export { stride } from './scheduling/policies/stride.js';
export { threshold } from './scheduling/policies/threshold.js';
export type { Decided, Decision, Policy, PolicyKind, ScheduleState } from './scheduling/policy.js';
export {
  parseRuntimeProfile,
  RuntimeEstimator,
  runtimeProfile,
  type RuntimeProfile,
  type RuntimeProfileFile,
} from './scheduling/runtime-profile.js';
export { staleness, type StalenessRule } from './scheduling/staleness.js';
export { DEFAULT_TRACK_LIFE, type TrackLife } from './core/track-life.js';
export { trackerByName, TRACKERS } from './track/kinds.js';
export type { Tracker, TrackerFactory, TrackerKind, TrackerOptions } from './track/tracker.js';

// What happens in a scene.
export {
  isSceneEvent,
  OBJECT_PHASES,
  OBJECT_REASONS,
  type BestView,
  type CountEvent,
  type CrossingEvent,
  type ObjectEvent,
  type ObjectPhase,
  type ObjectReason,
  type SceneCount,
  type SceneEvent,
  type SceneMoment,
} from './core/scene-events.js';
export {
  sceneRules,
  type FilterOptions,
  type LineOptions,
  type LineRule,
  type MaskRule,
  type ObjectFilter,
  type SceneOptions,
  type SceneRules,
  type ZoneOptions,
  type ZoneRule,
} from './core/scene-rules.js';
export type { Point } from './core/polygon.js';
export { EMPTY_SCENE, endScene, nextScene, type SceneState, type SceneStep } from './scene/scene.js';

// Pictures at the resolution of their source.
export { createOriginals, type Originals, type OriginalsOptions } from './streaming/originals/originals.js';
export {
  NO_ORIGINAL_REASONS,
  noOriginal,
  type FollowedUnit,
  type FoundOriginal,
  type NoOriginal,
  type NoOriginalReason,
  type Original,
  type OriginalFinder,
  type OriginalRef,
  type OriginalRequest,
  type UnitFollower,
} from './streaming/originals/answer.js';
export type { RgbPicture } from './streaming/pictures/rgb-picture.js';
export type { KeepLimits } from './streaming/originals/kept-units.js';

// Where results go.
export {
  createFeedServer,
  type FeedAccess,
  type FeedServer,
  type FeedServerOptions,
} from './streaming/feed/feed-server.js';
export type {
  Answer,
  AnswerTo,
  Api,
  ApiAccess,
  ApiRoute,
  ApiSettings,
  ApiUser,
  Write,
} from './streaming/http/answer.js';
export type { ProxySettings } from './streaming/http/proxies.js';
export { ROLES, type NeededRole, type Role } from './core/role.js';
export {
  UNIT_CODECS,
  type CodedUnit,
  type SenderReport,
  type UnitCodec,
  type UntimedArrival,
} from './core/coded-unit.js';
export type { LiveSettings } from './streaming/live-video/live-part.js';
export type { PagePublisher, Pages } from './streaming/http/pages.js';
export type { PageSettings } from './streaming/http/page-part.js';
export type { Post } from './streaming/http/post.js';
export type { TlsFiles } from './streaming/http/tls.js';
export {
  FEED_SUBPROTOCOL,
  feedJsonSchema,
  type FeedDetection,
  type FeedMessage,
  type FeedSubscribe,
  type FeedInfo,
  type FeedStats,
  type FeedStreamStats,
} from './streaming/feed/protocol.js';
export type { SceneMessage } from './streaming/feed/scene-messages.js';
export type { OnOutputFailure } from './files/output-file.js';
export { createRecorder, type Recorder } from './recording/recorder.js';
export { readRecording, type Recording, type RunChoice, type RunPlace } from './recording/reader.js';
export { RECORDING_SCHEMA, type RecordingHeader } from './recording/format.js';
export { runHeader } from './recording/header.js';
export { hostFacts } from './app/host-facts.js';
export {
  createCocoResults,
  type CocoId,
  type CocoNumbering,
  type CocoResults,
} from './streaming/sinks/coco/coco-results.js';
