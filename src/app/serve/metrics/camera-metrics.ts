import type { Clock, WallClock } from '../../../core/clock.js';
import { LOSS_REASONS } from '../../../core/events.js';
import type { StreamCounts } from '../../../pipeline/measurements.js';
import type { Crossings } from '../../run/scene-tally.js';
import type { CameraState, CameraStates, Restarts } from '../camera-states.js';
import { cameraHealth } from '../health.js';
import { SWITCH_NAMES, type SwitchName } from '../switches.js';
import type { MetricsRegistry, Sample } from './registry.js';

export type CameraMetricsSources = {
  readonly states: CameraStates;
  /** Those that there are; read at each scrape. */
  readonly cameras: Iterable<string>;
  /** Counts of each camera so far. */
  readonly counts: () => Readonly<Record<string, StreamCounts>>;
  /** The position of a camera's switch. */
  readonly isOn: (camera: string, name: SwitchName) => boolean;
  /** Number of browsers that watch its live pictures. */
  readonly viewersOf: (camera: string) => number;
  /** Of its lines; undefined if its objects are not followed. */
  readonly crossingsOf: (camera: string) => Crossings | undefined;
  readonly clock: Clock & WallClock;
};

const CAMERA = { labels: ['camera'] } as const;
const WITH_REASON = { labels: ['camera', 'reason'] } as const;

/** Frames of the cameras, and how each camera is. */
export function addCameraMetrics(registry: MetricsRegistry, sources: CameraMetricsSources): void {
  addCounts(registry, sources);
  const { states, cameras, isOn, viewersOf, crossingsOf, clock } = sources;
  const each = (of: (state: CameraState, camera: string) => number | undefined) =>
    function* (): Iterable<Sample<'camera'>> {
      for (const camera of cameras) {
        const value = of(states.get(camera)!, camera);
        if (value !== undefined) yield [{ camera }, value];
      }
    };
  registry.gauge(
    { name: 'camera_up', help: '1 if the camera delivers frames now, else 0.', ...CAMERA },
    each((state, camera) => Number(cameraHealth(state, clock.now(), isOn(camera, 'enabled')).isUp)),
  );
  registry.gauge(
    {
      name: 'camera_switch_on',
      help: '1 if the switch of the camera is on, else 0: enabled lets it run, detect gives its frames to the detector.',
      labels: ['camera', 'switch'],
    },
    function* () {
      for (const camera of cameras)
        for (const name of SWITCH_NAMES) yield [{ camera, switch: name }, Number(isOn(camera, name))];
    },
  );
  registry.gauge(
    { name: 'percept_age_seconds', help: 'Age of what the newest percept of the camera shows.', ...CAMERA },
    each(({ lastPercept }) => lastPercept && (clock.now() - lastPercept.capturedAtMs) / 1000),
  );
  registry.gauge(
    { name: 'camera_last_frame_timestamp_seconds', help: 'Unix time at which the newest frame arrived.', ...CAMERA },
    each(({ lastFrameAtMs: ms }) => (ms === undefined ? undefined : clock.toUnixMs(ms) / 1000)),
  );
  registry.gauge(
    { name: 'live_viewers', help: 'Browsers that watch live pictures of the camera.', ...CAMERA },
    each((_, camera) => viewersOf(camera)),
  );
  registry.counter(
    {
      name: 'camera_restarts_total',
      help: 'Times that the stream of a camera had to begin again, by the reason of its end.',
      ...WITH_REASON,
    },
    function* () {
      for (const camera of cameras) yield* restartSamples(camera, states.get(camera)!.restarts);
    },
  );
  registry.counter(
    {
      name: 'line_crossings_total',
      help: 'Objects that crossed a line of the camera, by the name of the direction, since its rules are as they are.',
      labels: ['camera', 'line', 'direction'],
    },
    function* () {
      for (const camera of cameras)
        for (const [line, directions] of Object.entries(crossingsOf(camera) ?? {}))
          for (const [direction, total] of Object.entries(directions)) yield [{ camera, line, direction }, total];
    },
  );
}

/** All reasons, because an increase is one from a value that there was. */
export function restartSamples(camera: string, restarts: Restarts): Iterable<Sample<'camera' | 'reason'>> {
  return LOSS_REASONS.map((reason) => [{ camera, reason }, restarts[reason] ?? 0]);
}

/** Read at each scrape, together, so that `received = percepts + drops + in flight` holds in every answer. */
function addCounts(registry: MetricsRegistry, { counts }: CameraMetricsSources): void {
  const each = (of: (counts: StreamCounts) => number) =>
    function* (): Iterable<Sample<'camera'>> {
      for (const [camera, own] of Object.entries(counts())) yield [{ camera }, of(own)];
    };
  registry.counter(
    { name: 'frames_received_total', help: 'Frames that came from the camera.', ...CAMERA },
    each(({ received }) => received),
  );
  registry.counter(
    { name: 'percepts_total', help: 'Frames that were detected on.', ...CAMERA },
    each(({ percepts }) => percepts),
  );
  registry.counter(
    { name: 'over_budget_total', help: 'Percepts later than the latency budget.', ...CAMERA },
    each(({ overBudget }) => overBudget),
  );
  registry.counter(
    { name: 'gaps_total', help: 'Times without frames.', ...CAMERA },
    each(({ gaps }) => gaps),
  );
  registry.counter(
    { name: 'frames_dropped_total', help: 'Frames that were not detected on, by the reason.', ...WITH_REASON },
    function* () {
      for (const [camera, { drops }] of Object.entries(counts()))
        for (const [reason, count] of Object.entries(drops)) yield [{ camera, reason }, count];
    },
  );
  registry.gauge(
    {
      name: 'frames_in_flight',
      help: 'Frames that wait or are in the detector: received minus percepts minus drops.',
      ...CAMERA,
    },
    each(({ inFlight }) => inFlight),
  );
}
