import assert from 'node:assert/strict';
import { Fragmenter, type LiveFragment } from '../../../src/streaming/live-video/fragmenter.js';
import { LIVE_BYTES, LIVE_HEAD_BYTES } from '../../../src/streaming/live-video/live-messages.js';
import { LiveViewer } from '../../../src/streaming/live-video/live-viewer.js';
import { unit } from './coded.js';

/** A connection that takes nothing while it is full. */
class Socket {
  bufferedAmount = 0;
  readonly sent: (string | number)[] = [];

  /** Records texts, and of bytes the time of the picture in milliseconds; `-1` is an initialisation segment. */
  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.sent.push(data);
    else {
      const bytes = Buffer.from(data);
      assert.ok(bytes.length > LIVE_HEAD_BYTES);
      this.sent.push(bytes[0] === LIVE_BYTES.init ? -1 : bytes.readDoubleBE(1) / 1000);
    }
  }
}

/** A picture each 40 ms, with a key picture each five. */
function stream(count: number): LiveFragment[] {
  const fragmenter = new Fragmenter();
  return Array.from({ length: count }, (_, i) => fragmenter.push(unit(40_000 * i, i % 5 === 0))!);
}
const CODEC = '{"type":"video","codec":"avc1.42c01e"}';

describe('a viewer of live video', () => {
  it('gets the header once, and everything from a key picture on', () => {
    const socket = new Socket();
    const viewer = new LiveViewer(socket);
    for (const fragment of stream(8).slice(3)) viewer.offer(fragment);
    assert.deepEqual(socket.sent, [CODEC, -1, 200, 240, 280]);
  });

  it('begins with the pictures since the last key picture', () => {
    const socket = new Socket();
    const viewer = new LiveViewer(socket);
    const all = stream(8);
    viewer.begin(all.slice(5, 7));
    viewer.offer(all[7]);
    assert.deepEqual(socket.sent, [CODEC, -1, 200, 240, 280]);
  });

  it('that is slow gets nothing more, and goes on with the next key picture once it has caught up', () => {
    const socket = new Socket();
    const viewer = new LiveViewer(socket);
    const all = stream(16);
    for (const fragment of all.slice(0, 3)) viewer.offer(fragment);
    socket.bufferedAmount = 2 ** 20;
    for (const fragment of all.slice(3, 7)) viewer.offer(fragment);
    socket.bufferedAmount = 0;
    for (const fragment of all.slice(7)) viewer.offer(fragment);
    assert.deepEqual(socket.sent, [CODEC, -1, 0, 40, 80, 400, 440, 480, 520, 560, 600]);
  });

  it('gets no picture that depends on a lost one', () => {
    const socket = new Socket();
    const viewer = new LiveViewer(socket);
    const all = stream(7);
    viewer.offer(all[0]);
    viewer.lost();
    for (const fragment of all.slice(2)) viewer.offer(fragment);
    assert.deepEqual(socket.sent, [CODEC, -1, 0, 200, 240]);
  });

  it('gets the newest picture alone if pictures come faster than it reads', () => {
    const socket = new Socket();
    const viewer = new LiveViewer(socket);
    const picture = Buffer.alloc(LIVE_HEAD_BYTES + 1, LIVE_BYTES.picture);
    viewer.offerPicture(picture);
    socket.bufferedAmount = 2 ** 20;
    viewer.offerPicture(picture);
    assert.equal(socket.sent.length, 1);
  });
});
