import type { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ModelDetectorInfo } from '../../../core/detector.js';
import type { MetricsRegistry } from './registry.js';

export type ProgramMetricsSources = {
  readonly version: string;
  /** Of each detector. */
  readonly infos: () => readonly ModelDetectorInfo[];
  /** Crashes and hangs of all detectors. */
  readonly detectorLosses: () => number;
};

/** The program, its event loop and its detectors. */
export function addProgramMetrics(
  registry: MetricsRegistry,
  { infos, detectorLosses, version }: ProgramMetricsSources,
  loop: ReturnType<typeof monitorEventLoopDelay>,
): void {
  registry.gauge(
    { name: 'build_info', help: 'Versions of Nowcast and Node; always 1.', labels: ['version', 'node'] },
    () => [[{ version, node: process.version }, 1]],
  );
  registry.gauge(
    {
      name: 'detector_info',
      help: 'Each model and the execution provider that was asked for and runs; always 1.',
      labels: ['model', 'provider_requested', 'provider'],
    },
    () =>
      infos().map(({ model, requestedProvider, provider }) => [
        { model, provider_requested: requestedProvider, provider },
        1,
      ]),
  );
  registry.counter(
    { name: 'detector_restarts_total', help: 'Times that a detector crashed or hung, and was started again.' },
    () => [[{}, detectorLosses()]],
  );
  registry.gauge(
    { name: 'event_loop_lag_seconds', help: 'Delay of the event loop since the last scrape, its 99th percentile.' },
    () => {
      const seconds = loop.count === 0 ? 0 : loop.percentile(99) / 1e9;
      loop.reset();
      return [[{}, seconds]];
    },
  );
}
