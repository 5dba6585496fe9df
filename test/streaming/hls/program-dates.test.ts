import assert from 'node:assert/strict';
import { readPlaylist, type MediaPlaylist } from '../../../src/streaming/hls/playlist.js';
import { programDates } from '../../../src/streaming/hls/program-dates.js';

const DATE = '2026-01-02T03:04:05.000Z';
const read = (sequence: number, ...lines: string[]): MediaPlaylist =>
  readPlaylist(['#EXTM3U', `#EXT-X-MEDIA-SEQUENCE:${sequence}`, ...lines].join('\n')) as MediaPlaylist;

describe('the dates of an HLS program', () => {
  it("are found by the segment's URL, relative or not, with its query", () => {
    const dates = programDates('http://h/live/list.m3u8?token=1');
    dates.update(
      read(
        0,
        `#EXT-X-PROGRAM-DATE-TIME:${DATE}`,
        '#EXTINF:2,',
        'a.ts?x=1',
        '#EXTINF:2,',
        '/other/b.ts',
        '#EXTINF:2,',
        'http://cdn/c.ts',
      ),
    );
    const startMs = Date.parse(DATE);
    assert.deepEqual(
      ['http://h/live/a.ts?x=1', 'http://h/other/b.ts', 'http://cdn/c.ts'].map((url) => dates.find(url)?.startUnixMs),
      [startMs, startMs + 2_000, startMs + 4_000],
    );
    assert.equal(dates.find('http://h/live/d.ts'), undefined);
  });

  it('outlive their segment and the playlist that contained it', () => {
    const dates = programDates('http://h/list.m3u8');
    dates.update(read(0, `#EXT-X-PROGRAM-DATE-TIME:${DATE}`, '#EXTINF:2,', 'a.ts', '#EXTINF:2,', 'b.ts'));
    dates.update(read(1, '#EXTINF:2,', 'b.ts', '#EXTINF:2,', 'c.ts'));
    assert.deepEqual(
      ['a', 'b'].map((name) => dates.find(`http://h/${name}.ts`)?.startUnixMs),
      [Date.parse(DATE), Date.parse(DATE) + 2_000],
    );
  });

  it('belong to the newer segment if a name is reused', () => {
    const dates = programDates('http://h/list.m3u8');
    dates.update(read(0, `#EXT-X-PROGRAM-DATE-TIME:${DATE}`, '#EXTINF:2,', 'a.ts'));
    dates.update(read(9, '#EXTINF:2,', 'a.ts'));
    assert.deepEqual([dates.find('http://h/a.ts')?.sequence, dates.find('http://h/a.ts')?.startUnixMs], [9, undefined]);
  });

  it('are kept for a bounded number of segments, the newest', () => {
    const dates = programDates('http://h/list.m3u8');
    for (let i = 0; i < 1_000; i++) dates.update(read(i, `#EXT-X-PROGRAM-DATE-TIME:${DATE}`, '#EXTINF:2,', `${i}.ts`));
    assert.equal(
      Array.from({ length: 1_000 }, (_, i) => dates.find(`http://h/${i}.ts`)).filter((segment) => segment !== undefined)
        .length,
      256,
    );
    assert.equal(dates.find('http://h/999.ts')?.sequence, 999);
  });
});
