import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A value, and what it is of. */
export type Sample<Label extends string> = readonly [labels: Readonly<Record<Label, string>>, value: number];

export type MetricFacts<Label extends string> = {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
};

/** Counts durations in seconds. */
export type Durations<Label extends string> = Pick<Histogram<Label>, 'observe' | 'zero' | 'remove'>;

const PREFIX = 'nowcast_';

/** Metrics in the text format of Prometheus. All but histograms are read at each scrape. */
export class MetricsRegistry {
  readonly #registry = new Registry();

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** @param samples without a sample, the metric has no value */
  gauge<Label extends string = never>(facts: MetricFacts<Label>, samples: () => Iterable<Sample<Label>>): void {
    const gauge: Gauge<Label> = new Gauge({
      ...this.#configOf(facts),
      collect() {
        forget(gauge, facts);
        for (const [labels, value] of samples()) gauge.set(labels, value);
      },
    });
  }

  /** @param samples totals since the start */
  counter<Label extends string = never>(facts: MetricFacts<Label>, samples: () => Iterable<Sample<Label>>): void {
    const counter: Counter<Label> = new Counter({
      ...this.#configOf(facts),
      collect() {
        forget(counter, facts);
        for (const [labels, value] of samples()) counter.inc(labels, value);
      },
    });
  }

  /** Takes the place of an earlier one of the name, whose counts end. */
  durations<Label extends string>(facts: MetricFacts<Label>, boundariesS: readonly number[]): Durations<Label> {
    this.#registry.removeSingleMetric(`${PREFIX}${facts.name}`);
    return new Histogram({ ...this.#configOf(facts), buckets: [...boundariesS] });
  }

  #configOf<Label extends string>({ name, help, labels = [] }: MetricFacts<Label>) {
    return { name: `${PREFIX}${name}`, help, labelNames: labels, registers: [this.#registry] };
  }
}

function forget(metric: { reset(): void; remove(): void }, { labels = [] }: MetricFacts<string>): void {
  // `reset` leaves a metric without labels at 0, which would be a value.
  if (labels.length === 0) metric.remove();
  else metric.reset();
}
