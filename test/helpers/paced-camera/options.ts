import type { LoopSpec } from './loop.js';

/** Known ways in which cameras deviate from the RFCs. */
export const CAMERA_QUIRKS = [
  /** Parameter sets and SEI come as a picture of their own, 20 ms before theirs (Reolink). */
  'parameter-sets-apart',
  /** An SEI comes as a picture of its own, 20 ms before the key picture. */
  'sei-apart',
  /** The marker is never set. */
  'no-marker',
  /** The marker ends each NAL unit instead of each picture. */
  'marker-per-nal',
  /** Every RTP time is 0. */
  'zero-times',
  /** RTP times deviate by up to 20 ms from the capture. */
  'jittered-times',
  /** The SDP carries no parameter sets. */
  'no-sprop',
  /** Small NAL units travel together (STAP-A, AP). */
  'aggregated',
] as const;
export type CameraQuirk = (typeof CAMERA_QUIRKS)[number];

export type CameraAuth = 'none' | 'basic' | 'digest-md5' | 'digest-sha-256';

/** All options of a test camera; {@link DEFAULT_CAMERA} has the defaults. */
export type PacedCameraOptions = LoopSpec & {
  /** Port; 0 takes a free one. */
  readonly port: number;
  readonly quirks: readonly CameraQuirk[];
  /** The session's name in the SDP, as the camera's owner typed it. */
  readonly sessionName: string;
  readonly transports: readonly ('tcp' | 'udp')[];
  readonly auth: CameraAuth;
  /**
   * The first picture of a client: the next key picture, the next one of any kind, or at once all since the last key
   * picture.
   */
  readonly firstPicture: 'key' | 'any' | 'cached';
  /** The RTP time of media time 0. Undefined draws it at random for each client, as RFC 3550 requires. */
  readonly rtpStart: number | undefined;
  /** RTP time wraps this long after PLAY; replaces `rtpStart`. */
  readonly wrapAfterMs: number | undefined;
  /** Between sender reports; undefined sends none. */
  readonly reportEveryMs: number | undefined;
  /** From PLAY to the first sender report. */
  readonly firstReportMs: number;
  /** The camera's wall clock minus ours. */
  readonly wallSkewMs: number;
  /** How much faster than ours the camera's media clock runs. */
  readonly driftPpm: number;
  /** A session without a request for this long is closed. */
  readonly sessionTimeoutS: number;
  /** Of bytes that wait for a slow TCP client; beyond it, pictures are skipped up to the next key picture. */
  readonly sendQueueBytes: number;
};

export const DEFAULT_CAMERA: PacedCameraOptions = {
  port: 0,
  sessionName: 'paced camera',
  codec: 'h264',
  width: 640,
  height: 360,
  fps: 30,
  gop: 30,
  bFrames: 0,
  loopSeconds: 60,
  worldSeed: undefined,
  quirks: [],
  transports: ['tcp', 'udp'],
  auth: 'none',
  firstPicture: 'key',
  rtpStart: undefined,
  wrapAfterMs: undefined,
  reportEveryMs: 5_000,
  firstReportMs: 0,
  wallSkewMs: 0,
  driftPpm: 0,
  sessionTimeoutS: 60,
  sendQueueBytes: 4_000_000,
};

export const CAMERA_USER = 'viewer';
export const CAMERA_PASSWORD = 'p@ss#1';
