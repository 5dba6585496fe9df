import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { RunSummary } from '../../src/app/run/summary.js';
import type { DropEvent, PerceptEvent } from '../../src/core/events.js';
import { annotatedPictures } from '../helpers/paced-camera/annotated-pictures.js';
import { BOX_PLACES } from '../helpers/paced-camera/stamp-model.js';
import { eventsOf } from './person-run.js';

/**
 * Checks that every frame of the run is in its connection's video at its time, with its own boxes drawn into it and
 * into no other.
 */
export async function assertDrawn(folder: string, stdout: string): Promise<RunSummary> {
  const summary = JSON.parse(stdout) as RunSummary;
  const events = await eventsOf(join(folder, 'run.jsonl'));
  const outcomes = events
    .filter((event): event is PerceptEvent | DropEvent => event.type === 'percept' || event.type === 'drop')
    .sort((a, b) => a.ptsMs - b.ptsMs);
  assert.equal(outcomes.length, summary.total.received, 'each frame is a percept or a drop');
  assert.equal(outcomes[0].ptsMs, 0);
  const videos = summary.written.filter((path) => path.endsWith('.mp4'));
  assert.equal(videos.length, outcomes.at(-1)!.epoch + 1, videos.join());
  for (const [epoch, video] of videos.entries()) {
    const ofEpoch = outcomes.filter((outcome) => outcome.epoch === epoch);
    const pictures = new Map((await annotatedPictures(video)).map((picture) => [picture.ptsUs, picture]));
    const startUs = Math.round(ofEpoch[0].ptsMs * 1_000);
    for (const outcome of ofEpoch) {
      const at = `frame ${outcome.seq} of connection ${epoch}`;
      const ptsUs = Math.round(outcome.ptsMs * 1_000) - startUs;
      const picture = pictures.get(ptsUs);
      pictures.delete(ptsUs);
      if (outcome.type === 'drop') {
        assert.ok(
          picture !== undefined || outcome.reason === 'corrupt',
          `${at}, dropped as ${outcome.reason}, is in the video`,
        );
        assert.ok(picture?.isOwn !== true, `${at} was dropped, and no box is its own`);
        continue;
      }
      assert.ok(picture?.number !== undefined, `${at} is in the video`);
      assert.deepEqual(
        [picture.boxNumber, picture.isOwn],
        [picture.number % BOX_PLACES, true],
        `${at} has its own box`,
      );
    }
    assert.deepEqual([...pictures.keys()], [], `connection ${epoch}: no other picture is in the video`);
  }
  return summary;
}
