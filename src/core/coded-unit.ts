/** Codecs whose pictures Nowcast takes out of a stream itself and hands to the decoder whole. */
export const UNIT_CODECS = ['h264', 'h265', 'mjpeg'] as const;
export type UnitCodec = (typeof UNIT_CODECS)[number];

/** One picture of a stream as its sender coded it, whole: an access unit of H.264 or H.265, or a JPEG. */
export type CodedUnit = {
  readonly codec: UnitCodec;
  /** Annex B with start codes, parameter sets included where they came with it; or a JPEG file. */
  readonly data: Uint8Array;
  /**
   * Presentation time on the sender's media clock in milliseconds, unwrapped: it starts anywhere, follows the sender's jumps,
   * and goes back between units where the stream has B-pictures.
   */
  readonly mediaMs: number;
  /** When its last byte arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  /** A decoder can begin here. */
  readonly isKey: boolean;
  /**
   * A key unit of a stream that refreshes its pictures bit by bit: so many pictures later they are whole, where decoding begins here.
   * Absent where it is whole itself.
   */
  readonly refreshPictures?: number;
  /** Something is missing inside it. */
  readonly damaged: boolean;
  /** Something was lost between the unit before and this one. A key unit is whole all the same, or after its refresh. */
  readonly lostBefore: boolean;
  /** It may be shown before units that were sent earlier: a B-picture. Where this is false and times go back, the sender's clock was set. */
  readonly mayGoBack: boolean;
  /** Present where the sender gives its pictures no times: `mediaMs` is then the time of arrival. */
  readonly untimed?: UntimedArrival | undefined;
};

/** When a picture without a time of its own can have been taken, on the monotonic clock. */
export type UntimedArrival = {
  /** When its first byte arrived: it was taken before. Absent where the reader does not see that. */
  readonly beganAtMs?: number | undefined;
  /** It was taken after this; absent where the protocol does not show it. */
  readonly takenAfterMs?: number | undefined;
};

/** What a sender says about its clocks: at `senderMs` of its wall clock, its media clock stood at `mediaMs`. */
export type SenderReport = {
  /** The sender's wall clock as Unix time in milliseconds; it may be wrong by any amount, and it may step. */
  readonly senderMs: number;
  /** On the same scale as {@link CodedUnit.mediaMs}. */
  readonly mediaMs: number;
  /** When the report arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  /** `senderMs` is no time of day, but of a clock that counts for this stream alone: a jump or a new connection begins another. */
  readonly isStreamClock?: boolean | undefined;
};

/** What a stream of coded units tells while it lasts, in the order in which it happens. */
export type UnitStreamEvents = {
  /** Called once, before the first unit, when the sender has said what it will send. */
  onOpen(opened: { readonly codec: UnitCodec; readonly transport: string }): void;
  onUnit(unit: CodedUnit): void;
  onReport(report: SenderReport): void;
  /** Any packet, RTCP and answers included: the sender is alive, pictures or not. */
  onAlive(): void;
  /** Something that the camera's owner should know, once each: a quirk that was met and how it is dealt with. No secrets. */
  onNotice(text: string): void;
};

/** How a stream ended. */
export type UnitStreamEnd = {
  /** In plain words, with no secrets; for a stream that was stopped too. */
  readonly reason: string;
  /**
   * `stopped`: by `stop()`. `away`: nobody answered. `refused`: the sender answered and would not. `unsupported`: it would, in a
   * way that needs ffmpeg (a codec or a transport that is not ours). `lost`: it broke off after it had been set up.
   */
  readonly kind: 'stopped' | 'away' | 'refused' | 'unsupported' | 'lost';
};

/** A running stream of coded units. */
export type UnitStream = {
  /** The shortest time between a question to the sender and its answer so far, in milliseconds; absent where none was asked. */
  readonly roundTripMs?: number | undefined;
  /** Resolves when every socket is closed; never rejects. No event comes after. */
  readonly ended: Promise<UnitStreamEnd>;
  /** Ends the stream in order (TEARDOWN where the protocol has one). Safe to call twice. */
  stop(): void;
};
