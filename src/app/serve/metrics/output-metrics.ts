import type { KeptUse } from '../../../files/kept-folder.js';
import type { SinkHealth } from '../../../streaming/sinks/sink-kind.js';
import type { MetricsRegistry, Sample } from './registry.js';

export type OutputMetricsSources = {
  /** How each output is, by its name; those that there are now. */
  readonly outputs: () => Readonly<Record<string, SinkHealth>>;
  /** The folders of files that are kept, by their section. */
  readonly kept: () => Readonly<Record<string, KeptUse>>;
};

/** What leaves the service: messages and files. */
export function addOutputMetrics(registry: MetricsRegistry, { outputs, kept }: OutputMetricsSources): void {
  const one = (value: number | undefined): Iterable<Sample<never>> => (value === undefined ? [] : [[{}, value]]);
  registry.gauge({ name: 'mqtt_connected', help: '1 if the MQTT broker takes messages, else 0.' }, () => {
    const isConnected = outputs()['mqtt']?.isConnected;
    return one(isConnected === undefined ? undefined : Number(isConnected));
  });
  registry.gauge({ name: 'feed_clients', help: 'Clients of the WebSocket feed.' }, () =>
    one(outputs()['feed']?.clients),
  );
  registry.counter(
    {
      name: 'feed_missed_total',
      help: 'Messages of the feed that a client was too slow for, so that it got a newer one in their place.',
    },
    () => one(outputs()['feed']?.missed),
  );
  registry.counter(
    {
      name: 'outbox_dropped_total',
      help: 'Messages of an output that reached nobody, by the reason.',
      labels: ['sink', 'reason'],
    },
    function* () {
      for (const [sink, { lost = {} }] of Object.entries(outputs()))
        for (const [reason, count] of Object.entries(lost)) yield [{ sink, reason }, count];
    },
  );
  const storage = (name: string, help: string, of: (use: KeptUse) => number | undefined): void =>
    registry.gauge({ name: `storage_${name}`, help, labels: ['section'] }, function* () {
      for (const [section, use] of Object.entries(kept())) {
        const value = of(use);
        if (value !== undefined) yield [{ section }, value];
      }
    });
  storage('used_bytes', 'Files that Nowcast keeps in the folder of a section.', ({ usedBytes }) => usedBytes);
  storage('limit_bytes', 'Beyond this, the oldest of these files are removed.', ({ maxBytes }) => maxBytes);
  storage('free_bytes', 'Room that is left on the disk of the folder.', ({ freeBytes }) => freeBytes);
  storage('writable', '0 from a failure to write there until files can be written again, else 1.', ({ isFailing }) =>
    isFailing ? 0 : 1,
  );
  registry.counter(
    { name: 'storage_failures_total', help: 'Files that could not be written to this folder.', labels: ['section'] },
    function* () {
      for (const [section, { failures }] of Object.entries(kept())) yield [{ section }, failures];
    },
  );
}
