import assert from 'node:assert/strict';

type Age = { readonly atMs: number; readonly ageMs: number; readonly uncertaintyMs: number };
type RecentAgesModule = {
  RecentAges: new () => { push(age: Age): void; typicalAt(nowMs: number): Omit<Age, 'atMs'> | undefined };
};

/** A module of the page, which is a program of its own. */
const { RecentAges } = (await import(
  new URL('../../../src/streaming/live-page/page/recent-ages.js', import.meta.url).href
)) as RecentAgesModule;

describe("the page's age of the newest answer", () => {
  it('is the median over the last pictures', () => {
    const ages = new RecentAges();
    for (const [atMs, ageMs] of [
      [0, 900],
      [2000, 50],
      [2100, 90],
      [2200, 60],
    ])
      ages.push({ atMs, ageMs, uncertaintyMs: 4 });
    assert.deepEqual(ages.typicalAt(2300), { ageMs: 60, uncertaintyMs: 4 });
  });

  it('is unknown before the first picture, and long after the last one', () => {
    const ages = new RecentAges();
    assert.equal(ages.typicalAt(0), undefined);
    ages.push({ atMs: 0, ageMs: 50, uncertaintyMs: 0 });
    assert.equal(ages.typicalAt(1501), undefined);
  });
});
