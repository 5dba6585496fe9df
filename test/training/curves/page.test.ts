import assert from 'node:assert/strict';
import { renderCurves } from '../../../training/curves/page.js';
import { reportsOf, runOf } from './run.js';

describe('renderCurves', () => {
  it('holds every part, and the numbers of the run', () => {
    const html = renderCurves(runOf(500));
    for (const part of ['Loss', 'Parts of the loss', 'Validation', 'Learning rate', 'Run', 'Classes'])
      assert.ok(html.includes(`<h2>${part}</h2>`), part);
    assert.ok(html.includes('<b>0.400</b><span>best AP, after step 500</span>'));
    assert.ok(html.includes('<b>0.700</b><span>AP50 of the last validation</span>'));
    assert.ok(html.includes('500 of 500 steps, finished'));
    assert.ok(html.includes('closing epochs'));
  });

  it('stays small for a run of any length', () => {
    const [short, long] = [renderCurves(runOf(1_000)), renderCurves(runOf(200_000))];
    assert.ok(long.length < 120_000, `${long.length} characters`);
    assert.ok(long.length < 1.5 * short.length, `${short.length} then ${long.length} characters`);
  });

  it('draws a run that has just begun, and one without validation', () => {
    for (const steps of [[], reportsOf(1, 100), reportsOf(3, 100)]) {
      const html = renderCurves({ ...runOf(2), steps, validations: [] });
      assert.doesNotMatch(html, /NaN|Infinity|undefined/);
    }
    assert.ok(renderCurves({ ...runOf(9), validations: [] }).includes('no validation yet'));
  });

  it('is self-contained: it names no other file', () => {
    assert.doesNotMatch(renderCurves(runOf(50)), /\b(src|href)=|url\(|@import|https?:/);
  });

  it('escapes every name', () => {
    const hostile = '"><script>alert(1)</script>';
    const html = renderCurves({
      ...runOf(50),
      title: hostile,
      facts: [[hostile, hostile]],
      classNames: [hostile, hostile],
    });
    assert.equal(html.match(/<script>/g)!.length, 1);
  });
});
