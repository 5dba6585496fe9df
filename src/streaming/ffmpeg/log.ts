import type { Size } from '../../core/size.js';
import { concealedIn, decoderComplaint, isOfProgram, isPacketLoss } from './damage-messages.js';
import { DamageTracker, type DecodedPicture, type Verdict } from './damage-tracker.js';
import { complaintIn, parseLogLine, type LogLine } from './log-line.js';
import { ShownSizes, type ShownSizesOptions } from './shown-sizes.js';
import { durationIn, videoStreamIn, type VideoStream } from './video-streams.js';

/** ffmpeg's facts on its input before the first picture; each is absent if the input does not state it. */
export type InputDescription = {
  /** Names of the selected demuxer: "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly format?: string;
  readonly durationMs?: number;
  readonly fps?: number;
};

/** Facts on one picture from the log. */
export type PictureFacts = {
  /** Size of the source's shown picture: rotation and view applied, pixels made square, before scaling. */
  readonly size: Size;
  /** The same before cropping; absent without a crop. */
  readonly whole?: Size | undefined;
  /** The decoder reported damage in it, or in one that it depends on. */
  readonly corrupt: boolean;
};

export type FfmpegLogOptions = ShownSizesOptions & {
  /**
   * The demuxer, if the address decides it. Then the last description counts: an RTSP server writes whole lines before
   * it. Of other inputs the first counts, because tags come behind it.
   */
  readonly format?: string | undefined;
  /** The log is written with `-debug_ts`, which announces each picture. Default true. */
  readonly announcesPictures?: boolean;
  /** Since 4.3, ffmpeg marks pictures that the decoder had to repair. Default true. */
  readonly marksDamage?: boolean;
  /** The decoder does not decode pictures in parallel. Default false. */
  readonly inOrder?: boolean;
};

/** Number of error lines kept for messages. */
const KEPT_ERRORS = 8;
const INFO = '[info] ';
/** Demuxers of inputs that consist of segments. */
const PLAYLISTS = /^(?:hls|dash|concat)/;
const PICTURE_TYPES: Readonly<Record<string, DecodedPicture['type']>> = { '1': 'I', '3': 'B' };

/**
 * Reads ffmpeg's log as written by `-v repeat+level+verbose -debug_ts`, line by line. The pictures come on another pipe
 * and carry neither their source's size nor their damage; the log does, in order: the facts on a picture are written
 * before the picture. So counting relates them.
 *
 * Authors of inputs write into the log, too: titles, names of files, even names of tags. All that stands before the
 * decoding begins, because `-map_metadata -1` keeps it from the output. So everything about pictures that comes before
 * ffmpeg's last "Stream mapping" is forgotten, and pictures are announced only after a line of the filter whose name
 * only this program knows.
 */
export class FfmpegLog {
  readonly #options: FfmpegLogOptions;
  readonly #sizes: ShownSizes;
  #isDecoding = false;
  #damage: DamageTracker;
  #codec: { readonly name: string; readonly decoder: string } = { name: '', decoder: '' };
  /** Of decoded pictures that were not announced yet, oldest first. */
  #verdicts: Verdict[] = [];
  /** Facts of announced pictures that were not requested yet, oldest first. */
  #facts: { readonly size: Size; readonly whole: Size | undefined; readonly verdict: Verdict }[] = [];
  readonly #errors: string[] = [];
  readonly #inputErrors: string[] = [];
  #input: InputDescription | undefined;
  /** As the input's description lists them. */
  readonly #streams: VideoStream[] = [];
  #isMapped = false;
  #demuxedLine: string | undefined;
  #isSuspectedInside = false;

  constructor(options: FfmpegLogOptions) {
    this.#options = options;
    this.#sizes = new ShownSizes(options);
    this.#damage = this.#newTracker();
  }

  /** The last messages of level error and above, oldest first, without their level. They may contain the URL. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Of these, the ones of the demuxer or about reading: the input is damaged or cut off, not only a picture. */
  get inputErrors(): readonly string[] {
    return this.#inputErrors;
  }

  /** Once the input was opened. */
  get input(): InputDescription | undefined {
    return this.#input;
  }

  /** The input's video streams, once all are known; that is before the first picture is decoded. */
  get streams(): readonly VideoStream[] | undefined {
    return this.#isMapped ? this.#streams : undefined;
  }

  /** Of these, the ones that were described so far, also if ffmpeg does not decode any. */
  get describedStreams(): readonly VideoStream[] {
    return this.#streams;
  }

  /** When the last packet ends, by the container's own times; undefined if it has none. */
  get reachedMs(): number | undefined {
    const line = this.#demuxedLine;
    if (line === undefined) return undefined;
    const seconds = Math.max(
      ...['pkt_pts_time:', 'pkt_dts_time:'].map((name) => Number(fieldOf(line, name))).filter(Number.isFinite),
    );
    const duration = Number(fieldOf(line, ' duration_time:'));
    return Number.isFinite(seconds) ? (seconds + (Number.isFinite(duration) ? duration : 0)) * 1000 : undefined;
  }

  /** The input ended inside a packet. */
  get endsInPacket(): boolean {
    return this.#damage.endsSuspect;
  }

  /** Takes the facts on the next picture; undefined if the log does not contain them yet. */
  nextPicture(): PictureFacts | undefined {
    const { size, whole } = this.#sizes;
    if (this.#options.announcesPictures === false) return size && { size, whole, corrupt: false };
    const next = this.#facts[0];
    const isDamaged = next?.verdict.isDamaged;
    if (next === undefined || isDamaged === undefined) return undefined;
    this.#facts.shift();
    return { size: next.size, whole: next.whole, corrupt: isDamaged };
  }

  /** The sizes of pictures, as far as a crop is concerned. */
  get sizes(): Pick<ShownSizes, 'tooSmall' | 'isReshaped'> {
    return this.#sizes;
  }

  /** Number of pictures that the log has announced, and that {@link nextPicture} has not returned yet. */
  get announcedCount(): number {
    return this.#facts.length;
  }

  /** Decides about the first picture whose damage later ones would show: it cannot wait for them. */
  settleFirst(): void {
    this.#damage.settleFirst();
  }

  /** Decides about all of them: no later ones come. */
  settle(): void {
    this.#damage.settle();
  }

  /** Data is missing in some packet on its way to this ffmpeg. */
  lostSomewhere(): void {
    this.#damage.lostSomewhere();
  }

  /** @param line without its end of line */
  push(line: string): void {
    if (this.#sizes.read(line)) this.#isDecoding = true;
    else if (line.startsWith(INFO)) this.#infoLine(line);
    else this.#parsed(line);
  }

  /** Most lines are of this kind: several for each picture. */
  #infoLine(line: string): void {
    const text = line.slice(INFO.length);
    if (this.#isTimestamps(text)) return;
    if (!this.#isDecoding) this.#describe(text);
    else if (text.startsWith('  ')) this.#merged(text);
  }

  #isTimestamps(text: string): boolean {
    if (text.startsWith('demuxer')) {
      if (text.startsWith('demuxer -> ') && text.includes(' type:video ')) this.#demuxedLine = text;
      else if (text.startsWith('demuxer+ffmpeg -> ') && text.includes(' type:video ')) this.#demuxed(text);
    } else if (text.startsWith('decoder -> ')) this.#decoded(text);
    else if (text.startsWith('filter -> ')) this.#announce(text);
    else return text.startsWith('encoder ') || text.startsWith('muxer ');
    return true;
  }

  /** The threads of ffmpeg 7 write into the description of the output, which contains nothing of an author's. */
  #merged(text: string): void {
    const at = text.search(/\[[^\]]* @ |\[[a-z]+\] |(?:filter|decoder|demuxer|demuxer\+ffmpeg) -> /);
    if (at > 0) this.push(text[at] === '[' ? text.slice(at) : INFO + text.slice(at));
  }

  #parsed(line: string): void {
    const message = parseLogLine(line);
    if (message === undefined) return;
    if (message.level === 'info') {
      if (!this.#isTimestamps(message.text)) this.#noteConcealment(message);
    } else if (complaintIn(line) !== undefined) this.#complained(message);
  }

  #demuxed(text: string): void {
    this.#isSuspectedInside = false;
    const pts = fieldOf(text, ' pkt_pts:');
    const dts = fieldOf(text, ' pkt_dts:');
    this.#damage.packet({ pts, dts, demuxedDts: fieldOf(this.#demuxedLine ?? text, ' pkt_dts:') });
  }

  #decoded(text: string): void {
    const type = fieldOf(text, ' frame_type:');
    if (type === '' || text.includes(' type:audio ')) return;
    const pts = fieldOf(text, text.includes(' frame_pts:') ? ' frame_pts:' : ' pts:');
    const isKey = text.includes(' keyframe:1');
    this.#verdicts.push(this.#damage.decoded({ pts, isKey, type: PICTURE_TYPES[type] ?? 'P' }));
  }

  #announce(text: string): void {
    // The final one of the stream has no time.
    const { size, whole } = this.#sizes;
    if (size === undefined || !/^filter -> pts:-?\d/.test(text)) return;
    this.#facts.push({ size, whole, verdict: this.#verdicts.shift() ?? { isDamaged: false } });
  }

  #complained(message: LogLine): void {
    const { component, level, text } = message;
    this.#noteDamage(message);
    if (level === 'warning') return;
    const error = component === undefined ? text.trim() : `[${component}] ${text.trim()}`;
    keep(this.#errors, error);
    if (this.#isOfInput(component, text)) keep(this.#inputErrors, error);
  }

  #noteConcealment({ component, text }: LogLine): void {
    const { name, decoder } = this.#codec;
    if (component !== name && component !== decoder) return;
    const type = concealedIn(text);
    if (type !== undefined) this.#damage.concealed(type);
  }

  #noteDamage(message: LogLine): void {
    const { component, text } = message;
    const { name, decoder } = this.#codec;
    const isOwn = isOfProgram(component);
    if (isOwn && /(?:^|: )corrupt decoded frame(?: in stream \d+)?$/.test(text)) this.#damage.marked();
    else if (isOwn && /(?:^|: )corrupt input packet(?: in stream \d+)?$/.test(text)) this.#damage.suspectedNext();
    else if (isOwn && /^Error (?:while decoding stream|submitting packet to decoder)/.test(text)) {
      if (!text.includes('temporarily unavailable')) this.#damage.failed();
    } else if (component === undefined) return;
    else if (component === name || component === decoder) {
      const about = decoderComplaint(text);
      if (about !== undefined) this.#damage.complained(about);
    } else if (text.startsWith('Packet corrupt (stream = ')) this.#suspected(component, text);
    else if (isPacketLoss(message)) this.#damage.lostAhead();
    else if (component === this.#input?.format && !/partial file|ended prematurely/.test(text))
      this.#damage.lostBetween();
  }

  /** The demuxer of a playlist repeats what the one of its segments reported, for the packet before. */
  #suspected(component: string, text: string): void {
    if (component !== this.#input?.format) this.#isSuspectedInside = true;
    else if (this.#isSuspectedInside) return;
    this.#damage.suspected(/ dts = (-?\w+)\)/.exec(text)?.[1] ?? 'NOPTS');
  }

  #isOfInput(component: string | undefined, text: string): boolean {
    if (component === undefined)
      return !/^Error (?:while|submitting|marking|initializing)|^Conversion failed/.test(text);
    return component === this.#input?.format || component.startsWith('in#0');
  }

  #describe(text: string): void {
    const format = /^Input #0, (.+?), from '/.exec(text)?.[1];
    if (format !== undefined) this.#opened(format);
    if (text === 'Stream mapping:') {
      this.#discardPictures();
      this.#isMapped = true;
    }
    const mapping = /^ {2}Stream #\d+:(\d+) -> #0:0 \((\S+) \((\S+)\) -> /.exec(text);
    if (mapping !== null) {
      const [, index, name, decoder] = mapping;
      const fps = this.#streams.find((stream) => stream.index === Number(index))?.fps;
      if (this.#input !== undefined && fps !== undefined) this.#input = { ...this.#input, fps };
      this.#codec = { name, decoder: decoder === 'native' ? name : decoder };
      this.#damage = this.#newTracker();
    }
    if (this.#input === undefined) return;
    const durationMs = this.#input.durationMs === undefined ? durationIn(text) : undefined;
    if (durationMs !== undefined) this.#input = { ...this.#input, durationMs };
    const stream = videoStreamIn(text);
    if (stream === undefined) return;
    // Those of the output follow the mapping.
    if (!this.#isMapped) this.#streams.push(stream);
    if (!stream.isCover && stream.fps !== undefined) this.#input = { fps: stream.fps, ...this.#input };
  }

  #opened(format: string): void {
    const known = this.#options.format;
    if (known === undefined) {
      this.#input ??= { format };
      return;
    }
    this.#input = { format: known };
    this.#streams.length = 0;
    this.#isMapped = false;
  }

  /** Lines about pictures that came so far were text in the input's description. */
  #discardPictures(): void {
    this.#damage = this.#newTracker();
    this.#verdicts = [];
    this.#facts = [];
    this.#demuxedLine = undefined;
  }

  #newTracker(): DamageTracker {
    const { marksDamage = true, inOrder = false } = this.#options;
    const hasSegments = PLAYLISTS.test(this.#input?.format ?? '');
    return new DamageTracker({ codec: this.#codec.name, marksDamage, inOrder, hasSegments });
  }
}

/** The value after a field's name, up to the next space; empty if there is none. */
function fieldOf(line: string, name: string): string {
  const at = line.indexOf(name);
  if (at < 0) return '';
  const start = at + name.length;
  const end = line.indexOf(' ', start);
  return end < 0 ? line.slice(start) : line.slice(start, end);
}

function keep(errors: string[], error: string): void {
  errors.push(error);
  if (errors.length > KEPT_ERRORS) errors.shift();
}
