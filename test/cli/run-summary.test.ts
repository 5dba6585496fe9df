import assert from 'node:assert/strict';
import type { AppContext } from '../../src/app/context.js';
import { BUILT_IN_PARTS } from '../../src/app/parts.js';
import { summarise } from '../../src/app/run/summary.js';
import { summaryText } from '../../src/cli/run-summary.js';
import { resolveRun } from '../../src/config/run-config.js';
import type { ModelDetectorInfo } from '../../src/core/detector.js';
import { dropOf, type PerceptEvent } from '../../src/core/events.js';
import { Measurements } from '../../src/pipeline/measurements.js';
import { dropEventOf, perceptOf } from '../streaming/events.js';

const context: Pick<AppContext, 'redact'> = { redact: (value) => value };
const info = { model: 'yolox', provider: 'cpu' } as ModelDetectorInfo;

/** The summary of a run on these cameras with these percepts. */
function summaryOf(
  ids: readonly string[],
  percepts: readonly PerceptEvent[],
  dropped: readonly string[] = [],
): ReturnType<typeof summarise> {
  const config = resolveRun(
    { cameras: Object.fromEntries(ids.map((id) => [id, { source: `rtsp://${id}/` }])) },
    [],
    BUILT_IN_PARTS,
  );
  const measurements = new Measurements(ids);
  for (const percept of percepts) measurements.emitted(percept);
  dropped.forEach((streamId, seq) => {
    const drop = dropOf({ ...dropEventOf(seq), streamId }, 'behind', 0);
    measurements.received(drop);
    measurements.emitted(drop);
  });
  return summarise(
    { config, info, snapshot: measurements.snapshot(), durationMs: 1000, written: [], problems: [] },
    context,
  );
}

describe('the summary of a run', () => {
  it('states the median uncertainty of the age of percepts, and its clocks', () => {
    const percepts = [400, 4, 4].map((uncertaintyMs, seq) =>
      perceptOf(seq, { captureClock: seq === 0 ? 'arrival' : 'sender', uncertaintyMs }),
    );
    const summary = summaryOf(['cam'], percepts);
    assert.match(summaryText(summary), /^age known to ± 4 ms \(sender's clock, by arrival\)$/m);
    const { captureClocks, uncertaintyMs } = summary.streams['cam'];
    assert.deepEqual(captureClocks, { sender: 2, arrival: 1, wall: 0 });
    assert.deepEqual([uncertaintyMs.count, Math.round(uncertaintyMs.p50), Math.round(uncertaintyMs.max)], [3, 4, 400]);
  });

  it('states it on the line of each of several streams', () => {
    const text = summaryText(
      summaryOf(
        ['a', 'b'],
        [
          perceptOf(0, { streamId: 'a', captureClock: 'wall', uncertaintyMs: 250 }),
          perceptOf(0, { streamId: 'b', captureClock: 'sender', uncertaintyMs: 0 }),
        ],
        ['a', 'a'],
      ),
    );
    assert.match(text, /^  a: 1 of 2, dropped: 2 behind, age known to ± 250 ms \(time of day in the stream\)$/m);
    assert.match(text, /^  b: 1 of 0, dropped: none$/m);
  });

  it('omits it if the age is exact, or if there are no percepts', () => {
    assert.doesNotMatch(summaryText(summaryOf(['cam'], [perceptOf(0, { uncertaintyMs: 0 })])), /age known/);
    assert.doesNotMatch(summaryText(summaryOf(['cam'], [])), /age known/);
  });
});
