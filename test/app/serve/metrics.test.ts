import assert from 'node:assert/strict';
import { CameraStates } from '../../../src/app/serve/camera-states.js';
import { ServiceMetrics } from '../../../src/app/serve/metrics.js';
import type { SinkHealth } from '../../../src/streaming/sinks/sink-kind.js';

describe('the metrics of a service', () => {
  let started: ServiceMetrics | undefined;
  afterEach(() => started?.close());

  const start = (outputs: Readonly<Record<string, SinkHealth>>): ServiceMetrics =>
    (started = new ServiceMetrics({
      infos: () => [],
      detectorLosses: () => 0,
      version: '0.1.0',
      states: new CameraStates([], 0),
      cameras: [],
      budgetsMs: [],
      counts: () => ({}),
      outputs: () => outputs,
      clock: { now: () => 0, toUnixMs: (ms) => ms },
    }));

  it('tell how each output is now, and nothing that it does not have', async () => {
    const outputs: Record<string, SinkHealth> = { feed: { clients: 3 }, mqtt: { isConnected: false, lost: 2 } };
    const metrics = start(outputs);
    const lines = async (): Promise<readonly string[]> =>
      (await metrics.text()).split('\n').filter((line) => line.startsWith('nowcast_output_'));
    const of = (output: string, connected: number): string =>
      `nowcast_output_connected{output="${output}"} ${connected}`;
    const lost = 'nowcast_output_lost_total{output="mqtt"} 2';
    assert.deepEqual(await lines(), [of('mqtt', 0), 'nowcast_output_clients{output="feed"} 3', lost]);
    outputs['mqtt'] = { isConnected: true, lost: 2 };
    delete outputs['feed'];
    assert.deepEqual(await lines(), [of('mqtt', 1), lost]);
  });

  it('tell whether the last configuration was taken over', async () => {
    const metrics = start({});
    const successful = async (): Promise<string | undefined> =>
      /^nowcast_config_last_reload_successful (\d)$/m.exec(await metrics.text())?.[1];
    assert.equal(await successful(), '1');
    metrics.reloaded('failure');
    assert.equal(await successful(), '0');
    metrics.reloaded('success');
    assert.equal(await successful(), '1');
    assert.match(await metrics.text(), /^nowcast_config_reloads_total\{outcome="failure"\} 1$/m);
  });
});
