import assert from 'node:assert/strict';
import { CameraStates } from '../../../../src/app/serve/camera-states.js';
import { ServiceMetrics, type MetricsSources } from '../../../../src/app/serve/metrics/service-metrics.js';
import { RecordStreams } from '../../../../src/app/serve/record-streams.js';
import type { SinkHealth } from '../../../../src/streaming/sinks/sink-kind.js';
import { perceptOf } from '../../../streaming/events.js';

describe('the metrics of a service', () => {
  const started: ServiceMetrics[] = [];
  afterEach(() => {
    for (const metrics of started.splice(0)) metrics.close();
  });
  let nowMs = 0;
  beforeEach(() => (nowMs = 0));

  const start = (over: Partial<MetricsSources> = {}): ServiceMetrics => {
    const metrics = new ServiceMetrics({
      infos: () => [],
      detectorLosses: () => 0,
      version: '0.1.0',
      states: new CameraStates([], 0),
      cameras: [],
      isOn: () => true,
      viewersOf: () => 0,
      crossingsOf: () => undefined,
      records: () => new Map(),
      budgetsMs: [],
      counts: () => ({}),
      outputs: () => ({}),
      kept: () => ({}),
      clock: { now: () => nowMs, toUnixMs: (ms) => 1_000_000 + ms },
      ...over,
    });
    started.push(metrics);
    return metrics;
  };
  /** Samples without the prefix, of metrics whose names begin so. */
  const samples = async (metrics: ServiceMetrics, ...beginnings: readonly string[]): Promise<readonly string[]> =>
    (await metrics.text())
      .split('\n')
      .flatMap((line) => (beginnings.some((name) => line.startsWith(`nowcast_${name}`)) ? [line.slice(8)] : []));

  it('tell how each output is now, and nothing that it does not have', async () => {
    const outputs: Record<string, SinkHealth> = {
      feed: { clients: 3, missed: 5 },
      mqtt: { isConnected: false, lost: { 'too-old': 2, refused: 0 } },
    };
    const metrics = start({ outputs: () => outputs });
    const all = () => samples(metrics, 'mqtt_', 'feed_', 'outbox_');
    const lost = [
      'outbox_dropped_total{sink="mqtt",reason="too-old"} 2',
      'outbox_dropped_total{sink="mqtt",reason="refused"} 0',
    ];
    assert.deepEqual(await all(), ['mqtt_connected 0', 'feed_clients 3', 'feed_missed_total 5', ...lost]);
    outputs['mqtt'] = { ...outputs['mqtt'], isConnected: true };
    delete outputs['feed'];
    assert.deepEqual(await all(), ['mqtt_connected 1', ...lost]);
    delete outputs['mqtt'];
    assert.deepEqual(await all(), []);
  });

  it('tell whether and when the last configuration was taken over', async () => {
    const metrics = start();
    const last = () => samples(metrics, 'config_last_reload', 'config_reloads_total{outcome="failure"}');
    const at = (seconds: number) => `config_last_reload_success_timestamp_seconds ${seconds}`;
    const failures = (count: number) => `config_reloads_total{outcome="failure"} ${count}`;
    assert.deepEqual(await last(), [failures(0), 'config_last_reload_successful 1', at(1000)]);
    nowMs = 5000;
    metrics.reloaded('failure');
    assert.deepEqual(await last(), [failures(1), 'config_last_reload_successful 0', at(1000)]);
    metrics.reloaded('success');
    assert.deepEqual(await last(), [failures(1), 'config_last_reload_successful 1', at(1005)]);
  });

  it('tell a camera and a detection that are switched off from those that are away', async () => {
    const states = new CameraStates(['cam'], 0);
    states.seen({ type: 'status', streamId: 'cam', atMs: 1, state: 'streaming' });
    const on = { enabled: true, detect: true };
    const metrics = start({ states, cameras: ['cam'], isOn: (_, name) => on[name] });
    const all = async () => (await samples(metrics, 'camera_up', 'camera_switch_on')).map((line) => line.slice(-1));
    assert.deepEqual(await samples(metrics, 'camera_up', 'camera_switch_on'), [
      'camera_up{camera="cam"} 1',
      'camera_switch_on{camera="cam",switch="enabled"} 1',
      'camera_switch_on{camera="cam",switch="detect"} 1',
    ]);
    on.detect = false;
    assert.deepEqual(await all(), ['1', '1', '0']);
    on.enabled = false;
    assert.deepEqual(await all(), ['0', '0', '0']);
  });

  it('count the restarts of a camera by their reasons, all of which are there from the start', async () => {
    const states = new CameraStates(['cam'], 0);
    const metrics = start({ states, cameras: ['cam'], viewersOf: () => 2 });
    const status = { type: 'status', streamId: 'cam', atMs: 1 } as const;
    for (const loss of ['silent', 'paused', 'silent', undefined] as const) {
      states.seen({ ...status, state: 'streaming' });
      states.seen({ ...status, state: 'reconnecting', ...(loss !== undefined && { loss }) });
    }
    const restarts = await samples(metrics, 'camera_restarts_total');
    assert.deepEqual(
      restarts.filter((line) => !line.endsWith(' 0')),
      ['silent"} 2', 'paused"} 1', 'other"} 1'].map((end) => `camera_restarts_total{camera="cam",reason="${end}`),
    );
    assert.ok(restarts.includes('camera_restarts_total{camera="cam",reason="refused"} 0'));
    assert.deepEqual(await samples(metrics, 'live_viewers'), ['live_viewers{camera="cam"} 2']);
    assert.equal(states.get('cam')?.losses, 3);
  });

  it('account for each frame of a stream for recordings, over its restarts', async () => {
    const streams = new RecordStreams();
    const metrics = start({ records: () => streams.all });
    const all = () => samples(metrics, 'record_up', 'record_frames', 'record_last', 'record_restarts_total');
    assert.deepEqual(await all(), []);
    streams.begin('cam');
    const frames = async () => (await all()).filter((line) => !line.endsWith(' 0'));
    assert.deepEqual(await frames(), []);
    streams.changed('cam', 'streaming');
    for (const outcome of ['before-key', 'passed', 'passed', 'no-time'] as const) streams.arrived('cam', outcome, 2000);
    streams.changed('cam', 'reconnecting', 'ended');
    streams.begin('cam');
    streams.changed('cam', 'streaming');
    assert.deepEqual(await frames(), [
      'record_up{camera="cam"} 1',
      'record_last_frame_timestamp_seconds{camera="cam"} 1002',
      'record_frames_received_total{camera="cam"} 4',
      'record_frames_passed_total{camera="cam"} 2',
      'record_frames_dropped_total{camera="cam",reason="before-key"} 1',
      'record_frames_dropped_total{camera="cam",reason="no-time"} 1',
      'record_restarts_total{camera="cam",reason="ended"} 1',
    ]);
    streams.changed('cam', 'idle');
    assert.ok(
      (await all()).every((line) => !line.startsWith('record_up')),
      'nobody needs it',
    );
    streams.forget('cam');
    assert.deepEqual(await all(), []);
  });

  it('tell how full each folder is, and leave out what the system does not say', async () => {
    const metrics = start({
      kept: () => ({ clips: { usedBytes: 10, maxBytes: 100, freeBytes: undefined, isFailing: true, failures: 3 } }),
    });
    assert.deepEqual(await samples(metrics, 'storage_'), [
      'storage_used_bytes{section="clips"} 10',
      'storage_limit_bytes{section="clips"} 100',
      'storage_writable{section="clips"} 0',
      'storage_failures_total{section="clips"} 3',
    ]);
  });

  it('have each latency budget among the boundaries, also one that comes later', async () => {
    const metrics = start({ states: new CameraStates(['cam'], 0), cameras: ['cam'], budgetsMs: [123] });
    metrics.seen(perceptOf(1));
    const has = async (second: string): Promise<boolean> =>
      (await samples(metrics, `percept_latency_seconds_bucket{le="${second}",camera="cam"}`)).length === 1;
    const count = () => samples(metrics, 'percept_latency_seconds_count{camera="cam"}');
    metrics.setBudgets([123, 50]);
    assert.deepEqual([await has('0.123'), await has('0.077')], [true, false]);
    assert.deepEqual(await count(), ['percept_latency_seconds_count{camera="cam"} 1'], 'nothing was new');
    metrics.setBudgets([77]);
    assert.deepEqual([await has('0.123'), await has('0.077')], [false, true]);
    assert.deepEqual(await count(), ['percept_latency_seconds_count{camera="cam"} 0']);
  });

  it('count who crosses the lines of a camera', async () => {
    const metrics = start({
      states: new CameraStates(['cam', 'other'], 0),
      cameras: ['cam', 'other'],
      crossingsOf: (camera) => (camera === 'cam' ? { gate: { comes: 9, leaves: 12 } } : undefined),
    });
    assert.deepEqual(await samples(metrics, 'line_'), [
      'line_crossings_total{camera="cam",line="gate",direction="comes"} 9',
      'line_crossings_total{camera="cam",line="gate",direction="leaves"} 12',
    ]);
  });
});
