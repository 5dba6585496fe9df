import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordingHeader } from '../../../../src/recording/header.js';
import { readRecording } from '../../../../src/recording/reader.js';
import { recordingsKind } from '../../../../src/streaming/sinks/recordings/kind.js';
import type { SinkContext } from '../../../../src/streaming/sinks/sink-kind.js';
import { temporaryFolder } from '../../../helpers/temporary.js';
import { perceptOf } from '../../events.js';

const failOn = (message: string): never => assert.fail(message);

describe('recordings of a service', () => {
  const folder = temporaryFolder();

  it('begin with the wall clock of their own time', async () => {
    const machine = { nowMs: 0, unixMsAtZero: 1_700_000_000_000 };
    const sink = await recordingsKind.open.open(
      { recordings: folder(), recordings_segment: 1000, recordings_retain_days: 1, recordings_retain_mb: 1 },
      {
        header: recordingHeader({
          streams: ['cam'],
          classes: ['person', 'car', 'dog'],
          unixUsAtZero: 1000 * machine.unixMsAtZero,
          config: {},
          host: { nowcast: '0', node: '0', platform: '0', cpu: '0' },
          model: { name: 'm', input: { width: 1, height: 1 } },
        }),
        clock: { now: () => machine.nowMs },
        wallClock: { toUnixMs: (ms: number) => ms + machine.unixMsAtZero },
        onWarning: failOn,
      } as unknown as SinkContext,
    );
    sink.write(perceptOf(0));
    machine.unixMsAtZero += 60_000;
    machine.nowMs = 1000;
    sink.write(perceptOf(1));
    await sink.close();
    const names = readdirSync(join(folder(), 'percepts')).sort();
    const headers = names.map(async (name) => (await readRecording(join(folder(), 'percepts', name), failOn)).header);
    assert.deepEqual(
      (await Promise.all(headers)).map(({ unixUsAtZero }) => unixUsAtZero),
      [1_700_000_000_000_000, 1_700_000_060_000_000],
    );
  });
});
