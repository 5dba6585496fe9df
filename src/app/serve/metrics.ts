import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock, WallClock } from '../../core/clock.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import type { PerceptEvent, PipelineEvent } from '../../core/events.js';
import type { StreamCounts } from '../../pipeline/measurements.js';
import type { SinkHealth } from '../../streaming/sinks/sink-kind.js';
import type { CameraStates } from './camera-states.js';
import { cameraHealth } from './health.js';

/** Boundaries of latencies in seconds; the latency budgets join them, so that a share within a budget is exact. */
const LATENCY_BOUNDARIES = [0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.066, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5];

const STAGES = {
  transport: ({ capturedAtMs, readyAtMs }) => readyAtMs - capturedAtMs,
  wait: ({ readyAtMs, startedAtMs }) => startedAtMs - readyAtMs,
  infer: ({ inferStartMs, inferEndMs }) => inferEndMs - inferStartMs,
  emit: ({ inferEndMs, emittedAtMs }) => emittedAtMs - inferEndMs,
} as const satisfies Record<string, (times: PerceptEvent['times']) => number>;

export type MetricsSources = {
  /** Of each detector. */
  readonly infos: () => readonly ModelDetectorInfo[];
  /** Crashes and hangs of all detectors. */
  readonly detectorLosses: () => number;
  readonly version: string;
  readonly states: CameraStates;
  /** Those that there are; read at each scrape. */
  readonly cameras: Iterable<string>;
  /** In milliseconds. */
  readonly budgetsMs: readonly number[];
  /** Counts of each camera so far. */
  readonly counts: () => Readonly<Record<string, StreamCounts>>;
  /** How each output is, by its name. */
  readonly outputs: () => Readonly<Record<string, SinkHealth>>;
  readonly clock: Clock & WallClock;
};

/**
 * The metrics of a service for Prometheus, in its text format. Names and units follow Prometheus' rules: seconds,
 * `_total`, no label whose values grow without bound.
 */
export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #latency: Histogram<'camera'>;
  readonly #stage: Histogram<'stage'>;
  readonly #reloads: Counter<'outcome'>;
  readonly #lastReload: Gauge;
  readonly #loop = monitorEventLoopDelay({ resolution: 10 });

  constructor(sources: MetricsSources) {
    const registers = [this.#registry];
    const budgets = sources.budgetsMs.map((ms) => ms / 1000);
    this.#latency = new Histogram({
      name: 'nowcast_percept_latency_seconds',
      help: 'Age of percepts at their emission, from the capture of the picture.',
      labelNames: ['camera'],
      buckets: [...new Set([...LATENCY_BOUNDARIES, ...budgets])].sort((a, b) => a - b),
      registers,
    });
    this.#stage = new Histogram({
      name: 'nowcast_stage_seconds',
      help: 'Time that percepts spent in each stage.',
      labelNames: ['stage'],
      buckets: LATENCY_BOUNDARIES,
      registers,
    });
    this.#reloads = new Counter({
      name: 'nowcast_config_reloads_total',
      help: 'Attempts to take over a changed configuration.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['success', 'failure']) this.#reloads.inc({ outcome }, 0);
    this.#lastReload = new Gauge({
      name: 'nowcast_config_last_reload_successful',
      help: '1 if the last changed configuration was taken over, else 0.',
      registers,
    });
    this.#lastReload.set(1);
    for (const camera of sources.cameras) this.begin(camera);
    addCounts(sources, registers);
    addCameras(sources, registers);
    addService(sources, registers, this.#loop);
    addOutputs(sources, registers);
    this.#loop.enable();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  seen(event: PipelineEvent): void {
    if (event.type !== 'percept') return;
    const { times, streamId } = event;
    this.#latency.observe({ camera: streamId }, Math.max(0, times.emittedAtMs - times.capturedAtMs) / 1000);
    for (const [stage, ms] of Object.entries(STAGES)) this.#stage.observe({ stage }, Math.max(0, ms(times)) / 1000);
  }

  /** A camera has come; its counters begin at zero. */
  begin(camera: string): void {
    this.#latency.zero({ camera });
  }

  /** A camera has gone for good. */
  forget(camera: string): void {
    this.#latency.remove({ camera });
  }

  reloaded(outcome: 'success' | 'failure'): void {
    this.#reloads.inc({ outcome });
    this.#lastReload.set(outcome === 'success' ? 1 : 0);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#loop.disable();
  }
}

type Registers = Registry[];

/** Read at each scrape, together, so that `received = percepts + drops + in flight` holds in every answer. */
function addCounts({ counts }: MetricsSources, registers: Registers): void {
  const perCamera = (name: string, help: string, of: (counts: StreamCounts) => number): void => {
    new Counter({
      name: `nowcast_${name}`,
      help,
      labelNames: ['camera'],
      registers,
      collect() {
        this.reset();
        for (const [camera, each] of Object.entries(counts())) this.inc({ camera }, of(each));
      },
    });
  };
  perCamera('frames_received_total', 'Frames that came from the camera.', ({ received }) => received);
  perCamera('percepts_total', 'Frames that were detected on.', ({ percepts }) => percepts);
  perCamera('over_budget_total', 'Percepts later than the latency budget.', ({ overBudget }) => overBudget);
  perCamera('gaps_total', 'Times without frames.', ({ gaps }) => gaps);
  new Counter({
    name: 'nowcast_frames_dropped_total',
    help: 'Frames that were not detected on, by the reason.',
    labelNames: ['camera', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [camera, { drops }] of Object.entries(counts()))
        for (const [reason, count] of Object.entries(drops)) this.inc({ camera, reason }, count);
    },
  });
  new Gauge({
    name: 'nowcast_frames_in_flight',
    help: 'Frames that wait or are in the detector: received minus percepts minus drops.',
    labelNames: ['camera'],
    registers,
    collect() {
      this.reset();
      for (const [camera, { inFlight }] of Object.entries(counts())) this.set({ camera }, inFlight);
    },
  });
}

function addCameras({ states, cameras, clock }: MetricsSources, registers: Registers): void {
  const perCamera = (name: string, help: string, of: (camera: string) => number | undefined): void => {
    new Gauge({
      name: `nowcast_${name}`,
      help,
      labelNames: ['camera'],
      registers,
      collect() {
        this.reset();
        for (const camera of cameras) {
          const value = of(camera);
          if (value !== undefined) this.set({ camera }, value);
        }
      },
    });
  };
  perCamera('camera_up', '1 if the camera delivers frames now, else 0.', (camera) =>
    cameraHealth(states.get(camera)!, clock.now()).isUp ? 1 : 0,
  );
  perCamera('percept_age_seconds', 'Age of what the newest percept of the camera shows.', (camera) => {
    const last = states.get(camera)?.lastPercept;
    return last && (clock.now() - last.capturedAtMs) / 1000;
  });
  perCamera('camera_last_frame_timestamp_seconds', 'Unix time at which the newest frame arrived.', (camera) => {
    const lastMs = states.get(camera)?.lastFrameAtMs;
    return lastMs === undefined ? undefined : clock.toUnixMs(lastMs) / 1000;
  });
  new Counter({
    name: 'nowcast_camera_losses_total',
    help: 'Losses of a connection that had worked.',
    labelNames: ['camera'],
    registers,
    collect() {
      this.reset();
      for (const camera of cameras) this.inc({ camera }, states.get(camera)?.losses ?? 0);
    },
  });
}

function addService(
  { infos, detectorLosses, version }: MetricsSources,
  registers: Registers,
  loop: ReturnType<typeof monitorEventLoopDelay>,
): void {
  new Gauge({
    name: 'nowcast_build_info',
    help: 'Versions of Nowcast and Node; always 1.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1);
  new Gauge({
    name: 'nowcast_detector_info',
    help: 'Each model and the execution provider that was asked for and runs; always 1.',
    labelNames: ['model', 'provider_requested', 'provider'],
    registers,
    collect() {
      this.reset();
      for (const { model, requestedProvider, provider } of infos())
        this.set({ model, provider_requested: requestedProvider, provider }, 1);
    },
  });
  new Counter({
    name: 'nowcast_detector_losses_total',
    help: 'Times that the detector crashed or hung.',
    registers,
    collect() {
      this.reset();
      this.inc(detectorLosses());
    },
  });
  new Gauge({
    name: 'nowcast_event_loop_lag_seconds',
    help: 'Delay of the event loop since the last scrape, its 99th percentile.',
    registers,
    collect() {
      this.set(loop.count === 0 ? 0 : loop.percentile(99) / 1e9);
      loop.reset();
    },
  });
}

/** Outputs come and go with the configuration of a start; each states what it has. */
function addOutputs({ outputs }: MetricsSources, registers: Registers): void {
  const perOutput = (
    metric: Pick<Gauge, 'reset'> & { inc(labels: { output: string }, value: number): void },
    of: (health: SinkHealth) => number | undefined,
  ): void => {
    metric.reset();
    for (const [output, health] of Object.entries(outputs())) {
      const value = of(health);
      if (value !== undefined) metric.inc({ output }, value);
    }
  };
  const labelNames = ['output'] as const;
  new Gauge({
    name: 'nowcast_output_connected',
    help: '1 if the receiver of an output takes what it sends, else 0.',
    labelNames,
    registers,
    collect() {
      perOutput(this, ({ isConnected }) => (isConnected === undefined ? undefined : Number(isConnected)));
    },
  });
  new Gauge({
    name: 'nowcast_output_clients',
    help: 'Clients of an output, such as the WebSocket feed.',
    labelNames,
    registers,
    collect() {
      perOutput(this, ({ clients }) => clients);
    },
  });
  new Counter({
    name: 'nowcast_output_lost_total',
    help: 'Messages of an output that reached nobody.',
    labelNames,
    registers,
    collect() {
      perOutput(this, ({ lost }) => lost);
    },
  });
}
