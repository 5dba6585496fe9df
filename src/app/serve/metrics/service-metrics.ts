import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, WallClock } from '../../../core/clock.js';
import type { PerceptEvent, PipelineEvent } from '../../../core/events.js';
import { addCameraMetrics, type CameraMetricsSources } from './camera-metrics.js';
import { addOutputMetrics, type OutputMetricsSources } from './output-metrics.js';
import { addProgramMetrics, type ProgramMetricsSources } from './program-metrics.js';
import { addRecordMetrics, type RecordMetricsSources } from './record-metrics.js';
import { MetricsRegistry, type Durations } from './registry.js';

/** Boundaries of latencies in seconds; the latency budgets join them, so that a share within a budget is exact. */
const LATENCY_BOUNDARIES = [0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.066, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5];

const STAGES = {
  transport: ({ capturedAtMs, readyAtMs }) => readyAtMs - capturedAtMs,
  wait: ({ readyAtMs, startedAtMs }) => startedAtMs - readyAtMs,
  infer: ({ inferStartMs, inferEndMs }) => inferEndMs - inferStartMs,
  emit: ({ inferEndMs, emittedAtMs }) => emittedAtMs - inferEndMs,
} as const satisfies Record<string, (times: PerceptEvent['times']) => number>;

export type MetricsSources = CameraMetricsSources &
  RecordMetricsSources &
  OutputMetricsSources &
  ProgramMetricsSources & {
    /** In milliseconds. */
    readonly budgetsMs: readonly number[];
    readonly clock: Clock & WallClock;
  };

/**
 * The metrics of a service for Prometheus, in its text format. Names and units follow Prometheus' rules: seconds,
 * `_total`, no label whose values grow without bound.
 */
export class ServiceMetrics {
  readonly #registry = new MetricsRegistry();
  readonly #sources: MetricsSources;
  readonly #stage: Durations<'stage'>;
  #boundaries: ReadonlySet<number> = new Set(LATENCY_BOUNDARIES);
  #latency: Durations<'camera'>;
  readonly #reloads = { success: 0, failure: 0 };
  readonly #configuration: { isCurrent: boolean; readAtMs: number };
  readonly #loop = monitorEventLoopDelay({ resolution: 10 });

  constructor(sources: MetricsSources) {
    const registry = this.#registry;
    this.#sources = sources;
    this.#latency = this.#newLatency(sources.budgetsMs);
    this.#stage = registry.durations(
      { name: 'stage_seconds', help: 'Time that percepts spent in each stage.', labels: ['stage'] },
      LATENCY_BOUNDARIES,
    );
    this.#configuration = { isCurrent: true, readAtMs: sources.clock.now() };
    this.#addReloads();
    addCameraMetrics(registry, sources);
    addRecordMetrics(registry, sources);
    addOutputMetrics(registry, sources);
    addProgramMetrics(registry, sources, this.#loop);
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

  /** Makes these latency budgets boundaries. If one is new, the histogram of latencies begins again. */
  setBudgets(budgetsMs: readonly number[]): void {
    if (budgetsMs.some((ms) => !this.#boundaries.has(ms / 1000))) this.#latency = this.#newLatency(budgetsMs);
  }

  reloaded(outcome: 'success' | 'failure'): void {
    this.#reloads[outcome] += 1;
    this.#configuration.isCurrent = outcome === 'success';
    if (outcome === 'success') this.#configuration.readAtMs = this.#sources.clock.now();
  }

  text(): Promise<string> {
    return this.#registry.text();
  }

  close(): void {
    this.#loop.disable();
  }

  #newLatency(budgetsMs: readonly number[]): Durations<'camera'> {
    this.#boundaries = new Set([...LATENCY_BOUNDARIES, ...budgetsMs.map((ms) => ms / 1000)]);
    const latency = this.#registry.durations(
      {
        name: 'percept_latency_seconds',
        help: 'Age of percepts at their emission, from the capture of the picture.',
        labels: ['camera'],
      },
      [...this.#boundaries].sort((a, b) => a - b),
    );
    for (const camera of this.#sources.cameras) latency.zero({ camera });
    return latency;
  }

  #addReloads(): void {
    const registry = this.#registry;
    const { clock } = this.#sources;
    registry.counter(
      { name: 'config_reloads_total', help: 'Attempts to take over a changed configuration.', labels: ['outcome'] },
      () => Object.entries(this.#reloads).map(([outcome, count]) => [{ outcome }, count]),
    );
    registry.gauge(
      {
        name: 'config_last_reload_successful',
        help: '1 if the last changed configuration was taken over, else 0.',
      },
      () => [[{}, Number(this.#configuration.isCurrent)]],
    );
    registry.gauge(
      {
        name: 'config_last_reload_success_timestamp_seconds',
        help: 'Unix time at which the configuration in use was read.',
      },
      () => [[{}, clock.toUnixMs(this.#configuration.readAtMs) / 1000]],
    );
  }
}
