import type { MediaPlaylist, Segment } from './playlist.js';

/** Dates the segments of a live stream, from its playlist as that advances. One for each connection. */
export type ProgramDates = {
  /** The playlist was fetched again. */
  update(playlist: MediaPlaylist): void;
  /**
   * @param url of a segment, absolute
   * @returns the segment; undefined if no recent playlist contains it
   */
  find(url: string): Segment | undefined;
};

/** Players lag behind the playlist: they may still open a segment that has left it. */
const KEPT_SEGMENTS = 256;

/** @param playlistUrl absolute, after redirects: the base of relative segment URLs */
export function programDates(playlistUrl: string): ProgramDates {
  const segments = new Map<string, Segment>();
  return {
    update: (playlist) => {
      for (const segment of playlist.segments) {
        if (!URL.canParse(segment.uri, playlistUrl)) continue;
        const url = new URL(segment.uri, playlistUrl).href;
        const known = segments.get(url);
        // A date remains valid after the playlist has dropped it together with its segment.
        const kept =
          segment.startUnixMs === undefined && known?.sequence === segment.sequence
            ? { ...segment, startUnixMs: known.startUnixMs }
            : segment;
        segments.delete(url);
        segments.set(url, kept);
      }
      for (const oldest of [...segments.keys()].slice(0, Math.max(0, segments.size - KEPT_SEGMENTS)))
        segments.delete(oldest);
    },
    find: (url) => segments.get(URL.canParse(url) ? new URL(url).href : url),
  };
}
