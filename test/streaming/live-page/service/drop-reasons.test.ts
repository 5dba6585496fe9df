import assert from 'node:assert/strict';
import { DROP_REASONS, policyDropReason } from '../../../../src/core/events.js';
/** The page's modules are compiled for browsers, separately from these tests. */
type Module = {
  DROP_OUTCOMES: readonly string[];
  dropOutcome: (reason: string) => string;
  isUsualDrop: (reason: string) => boolean;
};

describe('the reasons of drops on the page of a service', () => {
  let page: Module;
  before(async () => {
    page = (await import(
      new URL('../../../../src/streaming/live-page/page/service/drop-reasons.js', import.meta.url).href
    )) as Module;
  });

  it('all have their place in charts, those of policies together', () => {
    assert.deepEqual(
      new Set([...DROP_REASONS, policyDropReason('at night')].map(page.dropOutcome)),
      new Set(page.DROP_OUTCOMES),
    );
  });

  it('are usual if somebody has asked for them, or a newer frame came', () => {
    const usual = [...DROP_REASONS, policyDropReason('late')].filter(page.isUsualDrop);
    assert.deepEqual(usual, ['superseded', 'stride', 'detect-off', 'stopped', 'policy:late']);
  });
});
