import assert from 'node:assert/strict';
import { TestScheduler } from 'rxjs/testing';
import { INTERLACED } from '../../helpers/bit-writer.js';
import { h264Picture, TsMuxer, VIDEO_PID } from './ts-muxer.js';
import { pushedStream, StreamRecord } from './recorded-stream.js';
import { TsStream } from '../../../src/streaming/mpegts/ts-stream.js';

/** Bytes of a picture, which with its header takes nine packets. */
const PLAIN = 1_500;

describe('a transport stream', () => {
  const streams: TsStream[] = [];
  const open = (): ReturnType<typeof pushedStream> => {
    const opened = pushedStream();
    streams.push(opened.stream);
    return opened;
  };
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.stop();
  });

  it('emits a picture of known length with its last packet, at its arrival', () => {
    const { stream, record, at } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    const picture = h264Picture(PLAIN, { isKey: true });
    const packets = muxer.picture({ bytes: picture, ptsMs: 1_000 });
    packets.forEach((packet, i) => {
      assert.equal(record.units.length, 0);
      at.now = 10 + i;
      stream.push(packet);
    });
    assert.deepEqual(record.opened, [{ codec: 'h264', transport: 'MPEG-TS' }]);
    const [{ data, ...unit }] = record.units;
    assert.deepEqual([...data], [...picture]);
    assert.deepEqual(unit, {
      codec: 'h264',
      mediaMs: 1_000,
      arrivedAtMs: 10 + packets.length - 1,
      isKey: true,
      damaged: false,
      lostBefore: false,
      mayGoBack: false,
    });
  });

  it('emits a picture of unknown length with its stuffed last packet, once three have ended in stuffing', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer();
    for (const packet of muxer.tables()) stream.push(packet);
    const countsAfter = Array.from({ length: 6 }, (_, i) => {
      for (const packet of muxer.picture({ bytes: h264Picture(PLAIN), ptsMs: 1_000 + 40 * i })) stream.push(packet);
      return record.units.length;
    });
    assert.deepEqual(countsAfter, [0, 1, 2, 4, 5, 6]);
    assert.ok(record.units.every(({ damaged, data }) => !damaged && data.length === PLAIN));
  });

  it('emits a picture that fills its packets when the next begins, with its own arrival time', () => {
    const { stream, record, at } = open();
    const muxer = new TsMuxer();
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 6; i++) {
      at.now = 40 * i;
      // 14 bytes of header: the last of nine packets is full.
      for (const packet of muxer.picture({ bytes: h264Picture(i === 4 ? 9 * 184 - 14 : PLAIN), ptsMs: 40 * i }))
        stream.push(packet);
    }
    assert.deepEqual(
      record.units.map(({ arrivedAtMs }) => arrivedAtMs),
      [0, 40, 80, 120, 160, 200],
    );
    assert.deepEqual(
      record.units.map(({ data }) => data.length),
      [PLAIN, PLAIN, PLAIN, PLAIN, 1_642, PLAIN],
    );
  });

  it('waits for the next picture if a sender stuffs packets inside one, and reports it once', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ stuffsInside: true });
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 9; i++)
      for (const packet of muxer.picture({ bytes: h264Picture(PLAIN), ptsMs: 40 * i })) stream.push(packet);
    assert.deepEqual(
      record.units.map(({ data, damaged }) => [data.length, damaged]),
      Array.from({ length: 8 }, () => [PLAIN, false]),
    );
    assert.equal(record.notices.length, 1);
    assert.match(record.notices[0], /stuffs packets inside a picture/);
  });

  it('marks the picture after one that ended too early', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer();
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 8; i++) {
      for (const packet of muxer.packets(VIDEO_PID, Uint8Array.from(pesOf(h264Picture(PLAIN), 40 * i)), [], i >= 5))
        stream.push(packet);
    }
    // Two packets, the second with 20 bytes of stuffing, less 14 bytes of header.
    assert.deepEqual(record.units.map(({ data, lostBefore }) => [data.length, lostBefore]).slice(4, 7), [
      [PLAIN, false],
      [334, false],
      [PLAIN, true],
    ]);
    assert.equal(record.notices.length, 1);
  });

  it('ignores lengths once one is too short, for example from a sender that counts modulo 65,536', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer();
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 6; i++) {
      const pes = pesOf(h264Picture(PLAIN), 40 * i);
      pes[5] = 100;
      for (const packet of muxer.packets(VIDEO_PID, Uint8Array.from(pes))) stream.push(packet);
    }
    assert.deepEqual(
      record.units.map(({ data, lostBefore }) => [data.length, lostBefore]),
      [[92, false], [PLAIN, true], ...Array.from({ length: 4 }, () => [PLAIN, false])],
    );
    assert.match(record.notices.join(), /too short/);
  });

  it('cuts a picture at a loss, and marks it as damaged and the next as behind a loss', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 4; i++) {
      muxer.picture({ bytes: h264Picture(PLAIN), ptsMs: 40 * i }).forEach((packet, j) => {
        if (i !== 1 || j !== 1) stream.push(packet);
      });
    }
    assert.deepEqual(
      record.units.map(({ mediaMs, damaged, lostBefore }) => [mediaMs, damaged, lostBefore]),
      [
        [0, false, false],
        [40, true, false],
        [80, false, true],
        [120, false, false],
      ],
    );
    assert.ok(record.units[1].data.length < 184);
  });

  it('counts a repeated packet once', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    for (const packet of muxer.picture({ bytes: h264Picture(PLAIN), ptsMs: 0 })) {
      stream.push(packet);
      stream.push(packet);
    }
    assert.deepEqual(
      record.units.map(({ data, damaged }) => [data.length, damaged]),
      [[PLAIN, false]],
    );
  });

  it('counts no loss for an announced jump of the counters', () => {
    const { stream, record } = open();
    const [before, after] = [new TsMuxer({ lengths: true }), new TsMuxer({ lengths: true, continuity: 9 })];
    for (const packet of before.tables()) stream.push(packet);
    for (const packet of before.picture({ bytes: h264Picture(PLAIN), ptsMs: 0 })) stream.push(packet);
    for (const packet of after.picture({ bytes: h264Picture(PLAIN), ptsMs: 90_000, isDiscontinuity: true }))
      stream.push(packet);
    assert.deepEqual(
      record.units.map(({ mediaMs, damaged }) => [mediaMs, damaged]),
      [
        [0, false],
        [90_000, false],
      ],
    );
  });

  it('continues when the times wrap after 26.5 hours', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    const wrapMs = 2 ** 33 / 90;
    for (const ptsMs of [wrapMs - 40, wrapMs, wrapMs + 40])
      for (const packet of muxer.picture({ bytes: h264Picture(PLAIN), ptsMs })) stream.push(packet);
    const times = record.units.map(({ mediaMs }) => mediaMs);
    assert.deepEqual(
      times.slice(1).map((ms, i) => Math.round((ms - times[i]) * 90)),
      [3_600, 3_600],
    );
  });

  it('follows the video to another PID when the program map changes, and marks the first picture from there', () => {
    const { stream, record } = open();
    const [before, after] = [new TsMuxer({ lengths: true }), new TsMuxer({ lengths: true, pid: 300, continuity: 2 })];
    for (const packet of before.tables()) stream.push(packet);
    for (const packet of before.picture({ bytes: h264Picture(PLAIN), ptsMs: 0 })) stream.push(packet);
    for (const packet of after.tables()) stream.push(packet);
    for (const ptsMs of [40, 80])
      for (const packet of after.picture({ bytes: h264Picture(PLAIN), ptsMs })) stream.push(packet);
    assert.deepEqual(
      record.units.map(({ mediaMs, lostBefore }) => [mediaMs, lostBefore]),
      [
        [0, false],
        [40, true],
        [80, false],
      ],
    );
    assert.equal(record.opened.length, 1);
  });

  it('ends if the sender changes the codec', async () => {
    const { stream } = open();
    for (const packet of new TsMuxer().tables()) stream.push(packet);
    for (const packet of new TsMuxer({ pid: 300, streamType: 0x24, continuity: 2 }).tables()) stream.push(packet);
    assert.deepEqual(await stream.ended, { kind: 'lost', reason: 'the sender changed its video from h264 to h265' });
  });

  for (const [title, options, reason] of [
    ['MPEG-2 video', { streamType: 0x02 }, /MPEG-2 video/],
    ['AV1 marked by a descriptor', { streamType: 0x06, descriptors: [5, 4, ...Buffer.from('AV01')] }, /AV1/],
  ] as const) {
    it(`leaves ${title} to others`, async () => {
      const { stream } = open();
      const muxer = new TsMuxer(options);
      for (const packet of [...muxer.tables(), ...muxer.tables()]) stream.push(packet);
      const end = await stream.ended;
      assert.equal(end.kind, 'unsupported');
      assert.match(end.reason, reason);
    });
  }

  it('ends as unsupported on bytes that are not a transport stream', async () => {
    const { stream } = open();
    for (let i = 0; i < 600; i++) stream.push(new Uint8Array(1_000).fill(0x42));
    assert.deepEqual(await stream.ended, {
      kind: 'unsupported',
      reason: 'MPEG-TS: the stream is not an MPEG transport stream',
    });
  });

  it('ends as unsupported on pictures without times', async () => {
    const { stream } = open();
    const muxer = new TsMuxer({ lengths: true, timeless: true });
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 9; i++)
      for (const packet of muxer.picture({ bytes: h264Picture(PLAIN), ptsMs: 0 })) stream.push(packet);
    assert.deepEqual(await stream.ended, { kind: 'unsupported', reason: 'MPEG-TS: its pictures carry no times' });
  });

  it('separates pictures that share a PES packet, and spaces them by the rate', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    for (let i = 0; i < 3; i++) {
      const both = Uint8Array.from([...h264Picture(300, { isKey: true }), ...h264Picture(200)]);
      for (const packet of muxer.picture({ bytes: both, ptsMs: 100 * i })) stream.push(packet);
    }
    assert.deepEqual(
      record.units.map(({ mediaMs, data, isKey }) => [mediaMs, data.length, isKey]),
      [
        [0, 300, true],
        [40, 200, false],
        [100, 300, true],
        [150, 200, false],
        [200, 300, true],
        [250, 200, false],
      ],
    );
    assert.match(record.notices.join(), /several pictures share one PES packet/);
  });

  it('joins the two fields of a frame from separate PES packets', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    const annexB = (...nals: Uint8Array[]): Buffer =>
      Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));
    const { sps, pps, slice } = INTERLACED;
    const fields = [0, 1, 2].map((frame) =>
      (['top', 'bottom'] as const).map((field) =>
        annexB(
          Buffer.from([9, 0xf0]),
          ...(frame === 0 && field === 'top' ? [sps, pps] : []),
          slice({ frame, field, idr: frame === 0 && field === 'top' }),
        ),
      ),
    );
    fields.flat().forEach((bytes, i) => {
      // One packet each: the fourth field is lost.
      const packets = muxer.picture({ bytes, ptsMs: 20 * i });
      assert.equal(packets.length, 1);
      if (i !== 3) stream.push(packets[0]);
    });
    assert.deepEqual(
      record.units.map(({ mediaMs, isKey, damaged, lostBefore }) => [mediaMs, isKey, damaged, lostBefore]),
      [
        [0, true, false, false],
        [40, false, true, false],
        [80, false, false, true],
      ],
    );
    assert.deepEqual(
      record.units.map(({ data }) => Buffer.from(data)),
      [Buffer.concat(fields[0]), fields[1][0], Buffer.concat(fields[2])],
    );
  });

  it('keeps parameter sets that come in a PES packet of their own for the picture after them', () => {
    const { stream, record } = open();
    const muxer = new TsMuxer({ lengths: true });
    for (const packet of muxer.tables()) stream.push(packet);
    const sets = Uint8Array.from([0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce]);
    const picture = h264Picture(PLAIN);
    for (const bytes of [sets, picture]) for (const packet of muxer.picture({ bytes, ptsMs: 40 })) stream.push(packet);
    assert.deepEqual(
      record.units.map(({ data }) => [...data]),
      [[...sets, ...picture]],
    );
  });

  it("reports the sender's clock so that each picture was captured before it left", () => {
    const { stream, record, at } = open();
    const leads = [700, 680, 740, 690];
    leads.forEach((pcrLeadMs, i) => {
      const muxer = new TsMuxer({ lengths: true, pcrLeadMs, continuity: (9 * i) % 16 });
      if (i === 0) for (const packet of muxer.tables()) stream.push(packet);
      at.now = 40 * i;
      for (const packet of muxer.picture({ bytes: h264Picture(PLAIN), ptsMs: 10_000 + 40 * i })) stream.push(packet);
    });
    const ahead = record.reports.map(({ senderMs, mediaMs }) => Math.round(mediaMs - senderMs));
    assert.deepEqual(ahead, [700, 700, 740, 740]);
    assert.deepEqual(
      record.reports.map(({ senderMs }) => Math.round(senderMs)),
      leads.map((lead, i) => 10_000 + 40 * i - lead),
    );
    assert.deepEqual(
      record.reports.map(({ arrivedAtMs }) => arrivedAtMs),
      [0, 40, 80, 120],
    );
  });

  describe('in virtual time', () => {
    const run = (
      timeoutMs: number,
      play: (stream: TsStream, scheduler: TestScheduler) => void,
    ): { stream: TsStream; record: StreamRecord } => {
      const scheduler = new TestScheduler(() => undefined);
      const record = new StreamRecord();
      const stream = new TsStream('MPEG-TS', { clock: scheduler, scheduler, timeoutMs }, record);
      stream.attach({ close: () => stream.closed() });
      scheduler.maxFrames = Infinity;
      play(stream, scheduler);
      scheduler.flush();
      return { stream, record };
    };

    it('ends as away if no data comes', async () => {
      const { stream } = run(3_000, () => undefined);
      assert.deepEqual(await stream.ended, { kind: 'away', reason: 'nothing has arrived in 3 s: no sender is active' });
    });

    it('ends as lost if no more data comes, counted from the last byte', async () => {
      let endedAtMs = 0;
      const { stream } = run(3_000, (opened, scheduler) => {
        for (const packet of new TsMuxer().tables()) opened.push(packet);
        scheduler.schedule(() => opened.push(new Uint8Array(188).fill(0x47)), 2_900);
        opened.attach({
          close: () => {
            endedAtMs = scheduler.now();
            opened.closed();
          },
        });
      });
      assert.deepEqual(await stream.ended, {
        kind: 'lost',
        reason: 'nothing has arrived for 3 s: the sender is silent',
      });
      assert.equal(endedAtMs, 5_900);
    });

    it('ends as unsupported if packets come without a table that lists a video', async () => {
      const { stream } = run(3_000, (opened, scheduler) => {
        for (const [number, packet] of new TsMuxer().packets(700, new Uint8Array(10_000)).entries())
          scheduler.schedule(() => opened.push(packet), 100 * number);
      });
      assert.deepEqual(await stream.ended, {
        kind: 'unsupported',
        reason: 'MPEG-TS: the first 3 s contained no video',
      });
    });
  });
});

/** A PES packet of unknown length. */
function pesOf(bytes: Uint8Array, ptsMs: number): number[] {
  const pts = ptsMs * 90;
  return [
    0,
    0,
    1,
    0xe0,
    0,
    0,
    0x80,
    0x80,
    5,
    0x21,
    (pts >> 22) & 255,
    ((pts >> 14) & 254) | 1,
    (pts >> 7) & 255,
    ((pts << 1) & 255) | 1,
    ...bytes,
  ];
}
