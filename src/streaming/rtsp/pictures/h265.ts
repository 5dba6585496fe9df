import { NalDepayloader } from './nal-depayloader.js';
import type { NalSink } from './nal-sink.js';

const AGGREGATION = 48;
const FRAGMENT = 49;
const CONTENT_INFORMATION = 50;

/** H.265 from RTP (RFC 7798): single NAL units, AP and FU, without decoding order numbers (sprop-max-don-diff 0). */
export class H265Depayloader extends NalDepayloader {
  constructor(sink: NalSink) {
    super(sink, 0x7e);
  }

  push(payload: Uint8Array): void {
    if (payload.length === 0) return;
    const type = (payload[0] >> 1) & 0x3f;
    if (payload.length < 2 || (payload[0] & 0x80) !== 0) this.damaged();
    else if (type === FRAGMENT) this.#fragment(payload);
    else if (type === AGGREGATION) this.aggregate(payload, 2, 2);
    else if (type < AGGREGATION) this.single(payload);
    else if (type === CONTENT_INFORMATION) {
      this.sink.notice('the camera sends H.265 in PACI packets (RFC 7798 §4.4.4), which Nowcast does not read');
      this.damaged();
    }
  }

  #fragment(payload: Uint8Array): void {
    if (payload.length < 4) {
      this.damaged();
      return;
    }
    const header = Uint8Array.of((payload[0] & 0x81) | ((payload[2] & 0x3f) << 1), payload[1]);
    this.fragments.push(header, payload.subarray(3), (payload[2] & 0x80) !== 0, (payload[2] & 0x40) !== 0);
  }
}
