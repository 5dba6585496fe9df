/** All messages between the test and the camera's process. */

/** A fault or another command to the camera. */
export type CameraCommand =
  /**
   * No picture leaves the camera for `ms`. `clock-on`: none is captured, and its clock continues. `backlog`: they are
   * captured on time and all sent afterwards. `lost-time`: none is captured, and its media clock stands still. `silent`
   * holds sender reports back too.
   */
  | {
      readonly do: 'freeze';
      readonly ms: number;
      readonly kind: 'clock-on' | 'backlog' | 'lost-time';
      readonly silent?: boolean;
    }
  /** Every RTP packet of the next `ms` is lost. */
  | { readonly do: 'lose'; readonly ms: number }
  | { readonly do: 'jump-media'; readonly ms: number }
  | { readonly do: 'step-wall'; readonly ms: number }
  | { readonly do: 'resize'; readonly width: number; readonly height: number }
  /** Closes every connection. */
  | { readonly do: 'hang-up' };

export type CameraRequest = { readonly id: number; readonly command?: CameraCommand };

/** A picture's number in the loop, its capture time, and the media time that it is sent with. */
export type Drawing = { readonly index: number; readonly drawnAtMs: number; readonly mediaMs: number };

export type CameraFacts = {
  /** CPU time of the camera's process since it began to listen. */
  readonly cpuMs: number;
  readonly upMs: number;
  readonly openClients: number;
  /** Number of requests of each RTSP method. */
  readonly requests: Readonly<Record<string, number>>;
  readonly packetsSent: number;
  /** Of RTP, its headers included. */
  readonly bytesSent: number;
  /** Number of pictures that a slow client did not get. */
  readonly skipped: number;
};

export type CameraMessage =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'drawn'; readonly drawing: Drawing }
  /** Follows the reports of all earlier pictures, after the command was carried out. */
  | { readonly type: 'answer'; readonly id: number; readonly facts: CameraFacts };
