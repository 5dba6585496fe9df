import assert from 'node:assert/strict';
import { asyncScheduler } from 'rxjs';
import sharp from 'sharp';
import { RtspReader } from '../../../src/streaming/rtsp/rtsp-reader.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { goodbye, jpegPayloads, RtpSender } from '../../helpers/rtp-packetizer.js';
import { cameraScript, interleaved, reply, ScriptedRtspServer } from '../../helpers/scripted-rtsp-server.js';
import { StreamRecord } from '../mpegts/recorded-stream.js';

const WIDTH = 2_048;

describe('RtspReader', () => {
  const servers: ScriptedRtspServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  /** A camera that sends packets with its reply to PLAY, RTCP after them. */
  async function read(
    sdp: string,
    packets: readonly Uint8Array[],
    rtcp: readonly Uint8Array[] = [],
  ): Promise<{ record: StreamRecord; end: { kind: string; reason: string }; server: ScriptedRtspServer }> {
    const server = await ScriptedRtspServer.start(
      cameraScript({
        DESCRIBE: (request) => reply(request, '200 OK', { 'Content-Type': 'application/sdp' }, sdp),
        PLAY: (request) =>
          Buffer.concat([
            Buffer.from(reply(request)),
            ...packets.map((packet) => interleaved(0, packet)),
            ...rtcp.map((packet) => interleaved(1, packet)),
          ]),
      }),
    );
    servers.push(server);
    const record = new StreamRecord();
    const stream = new RtspReader(server.url, {
      transport: 'tcp',
      timeoutMs: 5_000,
      clock: monotonicClock,
      scheduler: asyncScheduler,
    }).open(record);
    void record.until(() => record.units.length > 0).then(() => stream.stop());
    return { record, end: await stream.ended, server };
  }

  async function wideJpeg(): Promise<Buffer[]> {
    const file = await sharp({ create: { width: WIDTH, height: 16, channels: 3, background: 'red' } })
      .jpeg({ chromaSubsampling: '4:2:0', optimiseCoding: false })
      .toBuffer();
    const payloads = jpegPayloads(file);
    // The payload header cannot state more than 255 × 8 pixels (RFC 2435 §3.1.5).
    for (const payload of payloads) payload[6] = 0;
    return new RtpSender({ payloadType: 26 }).picture(payloads, 0);
  }
  const SDP = 'v=0\r\nm=video 0 RTP/AVP 26\r\na=control:trackID=1\r\n';

  it('ends as unsupported on JPEGs of unknown size, after ending the session properly', async () => {
    const { record, end, server } = await read(SDP, await wideJpeg());
    assert.deepEqual(end, {
      kind: 'unsupported',
      reason: 'its JPEGs are larger than 2040 pixels and its SDP names no size; choose a smaller picture or H.264',
    });
    assert.deepEqual([record.units.length, record.opened.length], [0, 1]);
    assert.ok(server.methods.includes('TEARDOWN'));
    await server.until(() => server.sockets.every((socket) => socket.destroyed));
  });

  it('reads them if the SDP gives the size', async () => {
    const { record, end } = await read(`${SDP}a=framesize:26 ${WIDTH}-16\r\n`, await wideJpeg());
    assert.equal(end.kind, 'stopped');
    const { width, height } = await sharp(record.units[0].data).metadata();
    assert.deepEqual([width, height], [WIDTH, 16]);
  });

  it('ends as lost if the camera sends a goodbye', async () => {
    const sender = new RtpSender({ payloadType: 26 });
    const payloads = jpegPayloads(
      await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
        .jpeg({ chromaSubsampling: '4:2:0', optimiseCoding: false })
        .toBuffer(),
    );
    const { end } = await read(
      SDP,
      payloads.map((payload) => sender.packet(payload, 0, false)),
      [goodbye(sender.ssrc)],
    );
    assert.deepEqual(end, { kind: 'lost', reason: 'the camera ended the stream' });
  });
});
