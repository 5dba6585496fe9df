/** A segment of a media playlist. */
export type Segment = {
  /** As written: absolute, or relative to the playlist. */
  readonly uri: string;
  readonly sequence: number;
  readonly durationMs: number;
  /** True if the timestamps restart at it. */
  readonly isDiscontinuity: boolean;
  /**
   * Capture time of its first picture, on the sender's wall clock, as Unix time in milliseconds; undefined if the
   * playlist does not date it.
   */
  readonly startUnixMs: number | undefined;
  /**
   * True if the playlist dates this segment itself; otherwise the date follows from another segment's and the durations
   * between.
   */
  readonly isDated: boolean;
};

export type MediaPlaylist = {
  readonly kind: 'media';
  readonly segments: readonly Segment[];
  readonly targetDurationMs: number;
  readonly hasEnded: boolean;
};
/** @property variants in the playlist's order */
export type MasterPlaylist = {
  readonly kind: 'master';
  readonly variants: readonly { readonly uri: string; readonly bandwidth: number }[];
};

/** Enough for playlists that cover days; a longer one is not a live stream. */
const MAX_LINES = 100_000;

/**
 * Reads a playlist of HTTP Live Streaming (RFC 8216 §4). Dates continue from segment to segment by the durations, and
 * back from the first dated one (§4.3.2.6), but not across a discontinuity.
 * @returns undefined if the text is not a playlist
 */
export function readPlaylist(text: string): MediaPlaylist | MasterPlaylist | undefined {
  const lines = text.split(/\r?\n/, MAX_LINES).map((line) => line.trim());
  if (lines[0].replace(/^\uFEFF/, '') !== '#EXTM3U') return undefined;
  return lines.some((line) => line.startsWith('#EXT-X-STREAM-INF:')) ? readMaster(lines) : readMedia(lines);
}

function readMaster(lines: readonly string[]): MasterPlaylist {
  const variants: { uri: string; bandwidth: number }[] = [];
  let bandwidth: number | undefined;
  for (const line of lines) {
    if (line.startsWith('#EXT-X-STREAM-INF:')) bandwidth = Number(/(?:^|[:,])BANDWIDTH=(\d+)/.exec(line)?.[1] ?? 0);
    else if (bandwidth !== undefined && line !== '' && !line.startsWith('#')) {
      variants.push({ uri: line, bandwidth });
      bandwidth = undefined;
    }
  }
  return { kind: 'master', variants };
}

function readMedia(lines: readonly string[]): MediaPlaylist {
  const segments: Segment[] = [];
  let [sequence, targetDurationMs, durationMs, hasEnded, isDiscontinuity] = [0, 0, 0, false, false];
  let dateMs: number | undefined;
  for (const line of lines) {
    const [tag, value] = cut(line);
    if (tag === '#EXT-X-MEDIA-SEQUENCE') sequence = numberOf(value);
    else if (tag === '#EXT-X-TARGETDURATION') targetDurationMs = numberOf(value) * 1_000;
    else if (tag === '#EXTINF') durationMs = numberOf(value.split(',')[0]) * 1_000;
    else if (tag === '#EXT-X-PROGRAM-DATE-TIME') dateMs = unixMsOf(value);
    else if (tag === '#EXT-X-DISCONTINUITY') isDiscontinuity = true;
    else if (tag === '#EXT-X-ENDLIST') hasEnded = true;
    else if (line !== '' && !line.startsWith('#')) {
      const last = segments[segments.length - 1];
      const followsMs =
        last?.startUnixMs === undefined || isDiscontinuity ? undefined : last.startUnixMs + last.durationMs;
      segments.push({
        uri: line,
        sequence: sequence++,
        durationMs,
        isDiscontinuity,
        startUnixMs: dateMs ?? followsMs,
        isDated: dateMs !== undefined,
      });
      [dateMs, isDiscontinuity, durationMs] = [undefined, false, 0];
    }
  }
  return { kind: 'media', segments: datedBackwards(segments), targetDurationMs, hasEnded };
}

/** Segments before the first date get theirs from it. */
function datedBackwards(segments: readonly Segment[]): readonly Segment[] {
  const dated = [...segments];
  for (let i = dated.length - 2; i >= 0; i--) {
    const next = dated[i + 1];
    if (dated[i].startUnixMs === undefined && next.startUnixMs !== undefined && !next.isDiscontinuity) {
      dated[i] = { ...dated[i], startUnixMs: next.startUnixMs - dated[i].durationMs };
    }
  }
  return dated;
}

function cut(line: string): [tag: string, value: string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
}

function numberOf(text: string): number {
  const number = Number(text);
  return Number.isFinite(number) && number >= 0 ? number : 0;
}

/** ISO 8601 as senders write it, including `2026-01-02T03:04:05.678+0100`; without a zone, it counts as UTC. */
function unixMsOf(text: string): number | undefined {
  const [, day, zone] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/i.exec(text) ?? [];
  if (day === undefined) return undefined;
  const offset = zone === undefined || /^z$/i.test(zone) ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const unixMs = Date.parse(`${day}${offset}`);
  return Number.isNaN(unixMs) ? undefined : unixMs;
}
