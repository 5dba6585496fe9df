import { Observable } from 'rxjs';
import type { SourceEvent } from '../../../core/events.js';
import { resolveCameraOptions, type CameraOptions } from './options.js';
import { CameraSession } from './camera-session.js';

export type { CameraCopy, CameraOptions } from './options.js';

/**
 * Watches a camera until it is unsubscribed: `rtsp://`, `rtsps://`, `http://`, `https://` (MJPEG, HLS and others),
 * `udp://`, `tcp://`, `srt://`, `rtmp://` or `/dev/videoN`. Subscribing connects; unsubscribing closes the connection
 * and ends its ffmpeg at any time.
 *
 * If a camera goes away, the source reconnects by the ladder, or as soon as a silent camera answers; it does not error.
 * A `gap` reports the time without frames when the camera is back. A slow consumer never delays the camera: frames
 * without a free slot are reported as drops. No event contains the URL's credentials.
 *
 * A picture that does not contain the crop of `view` ends its connection.
 *
 * Errors with SourceError (`NOWCAST_CAMERA`) if the first connection fails and `giveUpFirst` is set, or if ffmpeg
 * reads files only; with UsageError if the URL is of an unknown kind.
 * @throws UsageError if the view is malformed
 */
export function cameraSource(url: string, options: CameraOptions): Observable<SourceEvent> {
  const resolved = resolveCameraOptions(options);
  return new Observable((subscriber) => {
    const session = new CameraSession(url, resolved, (event) => subscriber.next(event));
    const end = (): void => session.end();
    options.stop?.addEventListener('abort', end, { once: true });
    if (options.stop?.aborted === true) end();
    session.run().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      options.stop?.removeEventListener('abort', end);
      end();
    };
  });
}
