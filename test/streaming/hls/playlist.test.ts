import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readPlaylist, type MediaPlaylist } from '../../../src/streaming/hls/playlist.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';

const media = (...lines: string[]): MediaPlaylist =>
  readPlaylist(['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:7', ...lines].join('\n')) as MediaPlaylist;

describe('an HLS playlist', () => {
  const clips = clipFolder();

  it('dates its segments from one date on and back, and not across a discontinuity', () => {
    const { segments, targetDurationMs, hasEnded } = media(
      '#EXTINF:2,',
      'a.ts',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.500+0100',
      '#EXTINF:1.5,title',
      'b.ts',
      '#EXTINF:2',
      'c.ts',
      '#EXT-X-DISCONTINUITY',
      '#EXTINF:2,',
      'd.ts',
      '#EXT-X-ENDLIST',
    );
    const dateMs = Date.UTC(2026, 0, 2, 2, 4, 5, 500);
    assert.deepEqual(
      segments.map(({ uri, sequence, startUnixMs, isDated }) => [uri, sequence, startUnixMs, isDated]),
      [
        ['a.ts', 7, dateMs - 2_000, false],
        ['b.ts', 8, dateMs, true],
        ['c.ts', 9, dateMs + 1_500, false],
        ['d.ts', 10, undefined, false],
      ],
    );
    assert.deepEqual(
      segments.map(({ isDiscontinuity }) => isDiscontinuity),
      [false, false, false, true],
    );
    assert.deepEqual([targetDurationMs, hasEnded], [2_000, true]);
  });

  for (const [text, unixMs] of [
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.25-05:30', Date.UTC(2026, 0, 2, 8, 34, 5, 250)],
    ['2026-01-02T03:04:05.000+0000', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['yesterday', undefined],
    ['2026-13-45T99:00:00Z', undefined],
  ] as const) {
    it(`reads the date ${text}`, () => {
      assert.equal(media(`#EXT-X-PROGRAM-DATE-TIME:${text}`, '#EXTINF:2,', 'a.ts').segments[0].startUnixMs, unixMs);
    });
  }

  it('lists its variants', () => {
    assert.deepEqual(
      readPlaylist(
        '#EXTM3U\r\n#EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=5,BANDWIDTH=128000,RESOLUTION=1x1\r\nlow/a.m3u8\r\n#EXT-X-STREAM-INF:BANDWIDTH=256000\r\n\r\nhttp://h/b.m3u8',
      ),
      {
        kind: 'master',
        variants: [
          { uri: 'low/a.m3u8', bandwidth: 128_000 },
          { uri: 'http://h/b.m3u8', bandwidth: 256_000 },
        ],
      },
    );
  });

  it('is undefined for other texts', () => {
    for (const text of ['', '<html>', '#EXTINF:2,\na.ts']) assert.equal(readPlaylist(text), undefined);
  });

  it('survives any text', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '#EXTM3U',
        '#EXTINF:',
        '#EXTINF:-1,',
        '#EXT-X-MEDIA-SEQUENCE:x',
        '#EXT-X-DISCONTINUITY',
        '#EXT-X-PROGRAM-DATE-TIME:',
        'a.ts',
        '#EXT-X-STREAM-INF:',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const playlist = readPlaylist(['#EXTM3U', ...lines].join('\n'))!;
        if (playlist.kind === 'media') assert.ok(playlist.segments.every(({ durationMs }) => durationMs >= 0));
      }),
      { numRuns: 2_000 },
    );
  });

  itNeeds(NEEDS_FFMPEG, "is read in ffmpeg's format", () => {
    const path = clips.path('live.m3u8');
    execFileSync('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      ...pattern('160x120', 10, 4),
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '10',
      '-f',
      'hls',
      '-hls_time',
      '1',
      '-hls_list_size',
      '0',
      '-hls_flags',
      'program_date_time',
      path,
    ]);
    const { segments } = readPlaylist(readFileSync(path, 'utf8')) as MediaPlaylist;
    assert.equal(segments.length, 4);
    assert.ok(segments.every(({ isDated, startUnixMs }) => isDated && Math.abs(startUnixMs! - Date.now()) < 60_000));
    segments
      .slice(1)
      .forEach(({ startUnixMs }, i) => assert.ok(Math.abs(startUnixMs! - segments[i].startUnixMs! - 1_000) <= 1));
  });
});
