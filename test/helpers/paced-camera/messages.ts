/** Everything that the test and the camera's process say to each other. */

/** A fault, or another thing that the camera is to do from now on. */
export type CameraCommand =
  /**
   * No picture leaves the camera for `ms`. `clock-on`: none is taken, and its clock goes on. `backlog`: they are taken
   * on time and all
   * sent afterwards. `lost-time`: none is taken, and its media clock stands still. `silent` holds sender reports back
   * too.
   */
  | {
      readonly do: 'freeze';
      readonly ms: number;
      readonly kind: 'clock-on' | 'backlog' | 'lost-time';
      readonly silent?: boolean;
    }
  /** Every RTP packet of the next `ms` is lost on its way. */
  | { readonly do: 'lose'; readonly ms: number }
  | { readonly do: 'jump-media'; readonly ms: number }
  | { readonly do: 'step-wall'; readonly ms: number }
  | { readonly do: 'resize'; readonly width: number; readonly height: number }
  /** Closes every connection. */
  | { readonly do: 'hang-up' };

export type CameraRequest = { readonly id: number; readonly command?: CameraCommand };

/** A picture's number in the loop, when the camera took it, and the media time that it sends with it. */
export type Drawing = { readonly index: number; readonly drawnAtMs: number; readonly mediaMs: number };

export type CameraFacts = {
  /** CPU time of the camera's process since it began to listen. */
  readonly cpuMs: number;
  readonly upMs: number;
  readonly openClients: number;
  /** How often each RTSP method was asked for. */
  readonly requests: Readonly<Record<string, number>>;
  readonly packetsSent: number;
  /** Of RTP, its headers included. */
  readonly bytesSent: number;
  /** Pictures that a slow client did not get. */
  readonly skipped: number;
};

export type CameraMessage =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'drawn'; readonly drawing: Drawing }
  /** Comes after all that was drawn before, and after the command was carried out. */
  | { readonly type: 'answer'; readonly id: number; readonly facts: CameraFacts };
