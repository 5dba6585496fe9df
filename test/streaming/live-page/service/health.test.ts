import assert from 'node:assert/strict';

/** The page's modules are compiled for browsers, separately from these tests. */
type Module = { healthTexts: (model: object, nowMs: number) => { readonly drops: string } };

describe('the health of a camera on the page of a service', () => {
  let page: Module;
  before(async () => {
    page = (await import(
      new URL('../../../../src/streaming/live-page/page/service/health.js', import.meta.url).href
    )) as Module;
  });

  it('names lost frames by their reasons, and apart from them those that a stop has ended', () => {
    const textOf = (drops: Readonly<Record<string, number>>): string =>
      page.healthTexts({ stats: { drops }, ageAt: () => undefined, fpsAt: () => 10 }, 0).drops;
    assert.equal(textOf({ superseded: 9, late: 0 }), 'none lost');
    assert.equal(textOf({ late: 3, corrupt: 1, 'detect-off': 7 }), '3 late, 1 corrupt');
    assert.equal(textOf({ stopped: 2 }), 'none lost; 2 stopped');
    assert.equal(textOf({ stopped: 2, behind: 4 }), '4 behind; 2 stopped');
  });
});
