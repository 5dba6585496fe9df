import type { UnitCodec } from '../../../src/core/coded-unit.js';
import {
  h264Aggregate,
  h264Payloads,
  h265Aggregate,
  h265Payloads,
  jpegPayloads,
  splitAnnexB,
} from '../rtp-packetizer.js';
import type { CameraQuirk } from './options.js';

export type Payload = {
  readonly data: Uint8Array;
  readonly marker: boolean;
  /** Its RTP time minus its picture's. */
  readonly offsetMs: number;
};

const MTU = 1400;
const EARLY_MS = -20;
// Harmless to every decoder: unregistered user data (H.264 §D.1.7).
const SEI = {
  h264: Buffer.from('\x06\x05\x100123456789abcdef\x80', 'latin1'),
  h265: Buffer.from('\x4e\x01\x05\x100123456789abcdef\x80', 'latin1'),
};

/** RTP payloads of one picture as a camera with these quirks sends them. */
export function payloadsOf(
  codec: UnitCodec,
  data: Uint8Array,
  isKey: boolean,
  quirks: readonly CameraQuirk[],
): Payload[] {
  if (codec === 'mjpeg')
    return marked(jpegPayloads(data, { mtu: MTU }), 0, quirks.includes('no-marker') ? 'never' : 'last');
  const nals = splitAnnexB(data);
  const marker = quirks.includes('no-marker') ? 'never' : 'last';
  const fragments = codec === 'h264' ? h264Payloads : h265Payloads;
  if (quirks.includes('marker-per-nal')) return nals.flatMap((nal) => marked(fragments(nal, MTU), 0, 'last'));
  if (quirks.includes('parameter-sets-apart') && isKey) {
    const [apart, slices] = [nals.filter((nal) => !isSlice(codec, nal)), nals.filter((nal) => isSlice(codec, nal))];
    return [
      ...marked(
        apart.flatMap((nal) => fragments(nal, MTU)),
        EARLY_MS,
        marker,
      ),
      ...marked(
        slices.flatMap((nal) => fragments(nal, MTU)),
        0,
        marker,
      ),
    ];
  }
  const early = quirks.includes('sei-apart') && isKey ? marked([SEI[codec]], EARLY_MS, marker) : [];
  return [
    ...early,
    ...marked(
      quirks.includes('aggregated') ? aggregated(codec, nals) : nals.flatMap((nal) => fragments(nal, MTU)),
      0,
      marker,
    ),
  ];
}

/** The parameter sets at the head of a key picture: VPS (H.265), SPS and PPS. */
export function parameterSetsOf(codec: 'h264' | 'h265', data: Uint8Array): Buffer[] {
  const types = codec === 'h264' ? [7, 8] : [32, 33, 34];
  return types.map((type) => splitAnnexB(data).find((nal) => nalType(codec, nal) === type)!);
}

function aggregated(codec: 'h264' | 'h265', nals: readonly Buffer[]): Uint8Array[] {
  const small = nals.filter((nal) => nal.length < 200 && !isSlice(codec, nal));
  const rest = nals
    .filter((nal) => !small.includes(nal))
    .flatMap((nal) => (codec === 'h264' ? h264Payloads : h265Payloads)(nal, MTU));
  if (small.length < 2) return [...small, ...rest];
  return [codec === 'h264' ? h264Aggregate(small) : h265Aggregate(small), ...rest];
}

function marked(payloads: readonly Uint8Array[], offsetMs: number, marker: 'last' | 'never'): Payload[] {
  return payloads.map((data, i) => ({ data, offsetMs, marker: marker === 'last' && i === payloads.length - 1 }));
}

function isSlice(codec: 'h264' | 'h265', nal: Uint8Array): boolean {
  const type = nalType(codec, nal);
  return codec === 'h264' ? type >= 1 && type <= 5 : type < 32;
}

function nalType(codec: 'h264' | 'h265', nal: Uint8Array): number {
  return codec === 'h264' ? nal[0] & 31 : (nal[0] >> 1) & 63;
}
