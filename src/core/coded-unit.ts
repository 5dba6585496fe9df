/** Codecs whose pictures Nowcast extracts from a stream itself and passes to the decoder whole. */
export const UNIT_CODECS = ['h264', 'h265', 'mjpeg'] as const;
export type UnitCodec = (typeof UNIT_CODECS)[number];

/** One coded picture of a stream, complete: an access unit of H.264 or H.265, or a JPEG. */
export type CodedUnit = {
  readonly codec: UnitCodec;
  /** Annex B with start codes, with the parameter sets that came with it; or a JPEG file. */
  readonly data: Uint8Array;
  /**
   * Presentation time on the sender's media clock in milliseconds, unwrapped: it starts anywhere, follows the sender's
   * jumps, and goes back between units if the stream has B-pictures.
   */
  readonly mediaMs: number;
  /** When its last byte arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  /** True if a decoder can begin here. */
  readonly isKey: boolean;
  /**
   * For a key unit of a stream with gradual refresh: the number of pictures after which they are complete, if decoding
   * begins here. Absent if the unit is complete itself.
   */
  readonly refreshPictures?: number;
  /** True if part of the unit is missing. */
  readonly damaged: boolean;
  /**
   * True if data was lost between the previous unit and this one. A key unit is complete anyway, or after its refresh.
   */
  readonly lostBefore: boolean;
  /**
   * True for a B-picture, which may be shown before units that were sent earlier. If this is false and times go back,
   * someone set the sender's clock.
   */
  readonly mayGoBack: boolean;
  /** Present if the sender gives its pictures no times: `mediaMs` is then the time of arrival. */
  readonly untimed?: UntimedArrival | undefined;
};

/** Bounds for the time of capture of a picture without its own time, on the monotonic clock. */
export type UntimedArrival = {
  /** Arrival of its first byte: the capture was before. Absent if the reader does not see that. */
  readonly beganAtMs?: number | undefined;
  /** The capture was after this; absent if the protocol does not show it. */
  readonly takenAfterMs?: number | undefined;
};

/** A sender's report on its clocks: at `senderMs` of its wall clock, its media clock stood at `mediaMs`. */
export type SenderReport = {
  /** The sender's wall clock as Unix time in milliseconds; it may be wrong by any amount, and it may step. */
  readonly senderMs: number;
  /** On the same scale as {@link CodedUnit.mediaMs}. */
  readonly mediaMs: number;
  /** When the report arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  /**
   * True if `senderMs` is not a time of day, but counts on a clock of this stream alone: a jump or a new connection
   * starts another.
   */
  readonly isStreamClock?: boolean | undefined;
};

/** The events of a stream of coded units, in order. */
export type UnitStreamEvents = {
  /** Called once, before the first unit, when the sender has announced its format. */
  onOpen(opened: { readonly codec: UnitCodec; readonly transport: string }): void;
  onUnit(unit: CodedUnit): void;
  onReport(report: SenderReport): void;
  /** Any packet, RTCP and replies included: the sender is alive, with or without pictures. */
  onAlive(): void;
  /** A message for the camera's owner, each once: a quirk and the way it is handled. No secrets. */
  onNotice(text: string): void;
};

/** How a stream ended. */
export type UnitStreamEnd = {
  /** In plain words, without secrets; also for a stream that was stopped. */
  readonly reason: string;
  /**
   * `stopped`: by `stop()`. `away`: no answer. `refused`: the sender answered with a refusal. `unsupported`: it needs
   * ffmpeg (a codec or a transport that we do not support). `lost`: it ended after it had been set up.
   */
  readonly kind: 'stopped' | 'away' | 'refused' | 'unsupported' | 'lost';
  /** With `unsupported`: what ffmpeg will find at the address, if the reader recognised it. */
  readonly content?: FoundContent | undefined;
};

/**
 * Content that ffmpeg has to read in its own way: a playlist (`hls`, `dash`), JPEGs with nothing between them, or a
 * video with an end.
 */
export type FoundContent = 'hls' | 'dash' | 'mjpeg' | 'recording';

/** A running stream of coded units. */
export type UnitStream = {
  /**
   * The shortest time so far between a request to the sender and its reply, in milliseconds; absent without requests.
   */
  readonly roundTripMs?: number | undefined;
  /** Resolves when every socket is closed; never rejects. No event follows. */
  readonly ended: Promise<UnitStreamEnd>;
  /** Ends the stream properly (with TEARDOWN if the protocol has it). Safe to call twice. */
  stop(): void;
};
