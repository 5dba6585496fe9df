import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { socketPair } from '../../../src/streaming/sources/socket-pair.js';

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => /^nowcast-.{6}$/.test(name)).sort();

describe('socket pair', () => {
  it('brings every byte from the far end to the near one, and ends when the far one does', async () => {
    const parts: Buffer[] = [];
    const { near, far } = await socketPair((bytes) => { parts.push(Buffer.from(bytes)); });
    const sent = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251));
    far.end(sent);
    await once(near, 'close');
    assert.ok(Buffer.concat(parts).equals(sent));
    assert.ok(parts.length > 1);
  });

  it('reads nothing while the near end is held up', async () => {
    let received = 0;
    const pair = await socketPair((bytes) => {
      received += bytes.length;
      if (received === bytes.length) pair.near.pause();
    });
    pair.far.end(Buffer.alloc(4_000_000));
    await once(pair.near, 'pause');
    const atPause = received;
    // Whatever was under way would come in these turns of the event loop.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.equal(received, atPause);
    pair.near.resume();
    await once(pair.near, 'close');
    assert.equal(received, 4_000_000);
  });

  it('leaves no file behind', async () => {
    const before = folders();
    const { near, far } = await socketPair(() => undefined);
    assert.deepEqual(folders(), before);
    far.destroy();
    await once(near, 'close');
  });

  it('rejects where there is no place for it', async () => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = '/nowhere/at/all';
    try {
      await assert.rejects(socketPair(() => undefined), { code: 'ENOENT' });
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });
});
