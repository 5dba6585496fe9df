import assert from 'node:assert/strict';
import { renderReport, type ReportInput } from '../../evaluation/report.js';
import { ticks } from '../../evaluation/report/scale.js';
import { scoreRun } from '../../evaluation/score.js';
import { jittery, play } from './play.js';
import { drawScene, readScene } from './scene.js';
import { trackerByName } from '../../src/track/kinds.js';

const scene = readScene(drawScene(7));
const { truth, detections } = scene;

function input(change: Partial<ReportInput> = {}): ReportInput {
  const { run } = play(scene, jittery(0.05, 1));
  const score = scoreRun(truth, run, detections, 0, trackerByName('kalman'), detections);
  return {
    title: 'Test',
    facts: [['schedule', 'idle-free']],
    truth,
    evaluation: score.final,
    streaming: { run, score, eta: 0 },
    ...change,
  };
}

describe('report', () => {
  it('holds every part', () => {
    const html = renderReport(input());
    for (const part of [
      'Where AP is lost',
      'Timeline',
      'Latency',
      'Age of outputs',
      'Precision and recall',
      "COCO's twelve numbers",
      'Classes',
      'Confusion',
    ]) {
      assert.ok(html.includes(`<h2>${part}</h2>`), part);
    }
    assert.equal(html.match(/<svg /g)!.length, 1 + 2 + 1 + 1 + 1);
  });

  it('shows the numbers of the evaluation', () => {
    const { evaluation, streaming } = input();
    const html = renderReport(input());
    assert.ok(html.includes(`<b>${evaluation.stats.AP!.toFixed(3)}</b><span>streaming AP</span>`));
    assert.ok(html.includes(`−${streaming!.score.attribution!.oneFrameFloor.toFixed(3)}`));
  });

  it('is self-contained: it names no other file', () => {
    assert.doesNotMatch(renderReport(input()), /\b(src|href)=|url\(|@import|https?:/);
  });

  it('escapes every name', () => {
    const { annotations, results } = drawScene(7);
    const hostile = '"><script>alert(1)</script>';
    annotations.categories[0].name = hostile;
    annotations.sequences[0] = hostile;
    const { truth: named } = readScene({ annotations, results });
    const html = renderReport(input({ truth: named, title: hostile, facts: [[hostile, hostile]] }));
    assert.equal(html.match(/<script>/g)!.length, 1);
    assert.ok(html.includes('&quot;&gt;&lt;script&gt;'));
  });

  it('omits the waterfall if the gap cannot be attributed', () => {
    const { run } = play(scene, () => 0.05);
    const html = renderReport(
      input({ streaming: { run, score: scoreRun(truth, run, detections, 0, undefined, undefined), eta: 0 } }),
    );
    assert.ok(!html.includes('Where AP is lost') && html.includes('Timeline'));
  });

  it('of plain COCO AP has no timing parts', () => {
    const { streaming: _, ...plain } = input();
    const html = renderReport(plain);
    assert.ok(!html.includes('Timeline') && html.includes('<span>AP50</span>'));
  });

  it('draws a run without outputs', () => {
    const { run } = play(scene, () => 100);
    const score = scoreRun(truth, run, detections, 0, undefined, detections);
    const html = renderReport(input({ evaluation: score.final, streaming: { run, score, eta: 0 } }));
    assert.ok(html.includes('nothing came out'));
    assert.doesNotMatch(html, /NaN|Infinity|undefined/);
  });

  it('puts round numbers on its axes', () => {
    assert.deepEqual(ticks(87, 4), [0, 50, 100]);
    assert.deepEqual(ticks(4, 4), [0, 1, 2, 3, 4]);
    assert.deepEqual(ticks(0, 4).length, 2);
  });
});
