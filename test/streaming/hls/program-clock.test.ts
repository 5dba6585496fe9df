import assert from 'node:assert/strict';
import type { Segment } from '../../../src/streaming/hls/playlist.js';
import { programClock } from '../../../src/streaming/hls/program-clock.js';

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const segment = (sequence: number, more: Partial<Segment> = {}): Segment => ({
  uri: `${sequence}.ts`,
  sequence,
  durationMs: 2_000,
  isDiscontinuity: false,
  startUnixMs: START_MS + sequence * 2_000,
  isDated: true,
  ...more,
});

describe('the clock of an HLS program', () => {
  let playlist: Map<string, Segment>;
  beforeEach(() => {
    playlist = new Map(Array.from({ length: 5 }, (_, i) => [`${i}.ts`, segment(i)]));
  });
  const find = (url: string): Segment | undefined => playlist.get(url);

  it('dates the first picture as the first segment that was opened, and the others by their own times', () => {
    const clock = programClock(find);
    for (const url of ['live.m3u8', '1.ts', '2.ts', '3.ts']) clock.opened(url);
    assert.deepEqual(
      [20, 60, 1_020, 100_020].map((ptsMs) => clock.dateOf(ptsMs)),
      [
        { unixMs: START_MS + 2_000, driftMs: 0 },
        { unixMs: START_MS + 2_040, driftMs: 0.01 },
        { unixMs: START_MS + 3_000, driftMs: 0.25 },
        { unixMs: START_MS + 102_000, driftMs: 25 },
      ],
    );
  });

  it('waits for a playlist that comes later than the first picture', () => {
    const known = playlist;
    playlist = new Map();
    const clock = programClock(find);
    clock.opened('1.ts');
    clock.opened('2.ts');
    assert.equal(clock.dateOf(0), undefined);
    playlist = known;
    assert.equal(clock.dateOf(40)?.unixMs, START_MS + 2_040);
  });

  it('continues over playlists opened in between, and a segment opened twice', () => {
    const clock = programClock(find);
    for (const url of ['1.ts', 'live.m3u8', '2.ts', 'live.m3u8', '2.ts']) clock.opened(url);
    clock.dateOf(0);
    for (let i = 0; i < 1_000; i++) clock.opened('live.m3u8');
    clock.opened('3.ts');
    assert.equal(clock.dateOf(4_000)?.unixMs, START_MS + 6_000);
  });

  for (const [title, next] of [
    ['a discontinuity', segment(3, { isDiscontinuity: true })],
    ['a segment that was missed', segment(4)],
  ] as const) {
    it(`is undefined from ${title} on`, () => {
      playlist.set('next.ts', next);
      const clock = programClock(find);
      for (const url of ['1.ts', '2.ts']) clock.opened(url);
      assert.equal(clock.dateOf(0)?.unixMs, START_MS + 2_000);
      clock.opened('next.ts');
      assert.equal(clock.dateOf(40), undefined);
      assert.equal(clock.dateOf(80), undefined);
    });
  }

  it('has no dates if the stream has none', () => {
    playlist.set('1.ts', segment(1, { startUnixMs: undefined }));
    const clock = programClock(find);
    clock.opened('1.ts');
    assert.equal(clock.dateOf(0), undefined);
  });
});
