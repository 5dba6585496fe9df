import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketPair } from '../../../src/streaming/ffmpeg/socket-pair.js';

describe('socket pair', () => {
  it('carries every byte from the far end to the near one, and ends with the far one', async () => {
    const parts: Buffer[] = [];
    const { near, far } = await socketPair((bytes) => {
      parts.push(Buffer.from(bytes));
    });
    const sent = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251));
    far.end(sent);
    await once(near, 'close');
    assert.ok(Buffer.concat(parts).equals(sent));
    assert.ok(parts.length > 1);
  });

  it('reads nothing while the near end is paused', async () => {
    let received = 0;
    const pair = await socketPair((bytes) => {
      received += bytes.length;
      if (received === bytes.length) pair.near.pause();
    });
    pair.far.end(Buffer.alloc(4_000_000));
    await once(pair.near, 'pause');
    const atPause = received;
    // Data in transit would arrive within these turns of the event loop.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.equal(received, atPause);
    pair.near.resume();
    await once(pair.near, 'close');
    assert.equal(received, 4_000_000);
  });

  it('leaves no file behind', () =>
    withTemporary(mkdtempSync(join(tmpdir(), 'pair-')), async (folder) => {
      const { near, far } = await socketPair(() => undefined);
      assert.deepEqual(readdirSync(folder), []);
      far.destroy();
      await once(near, 'close');
      rmSync(folder, { recursive: true });
    }));

  it('rejects if there is no path for it', () =>
    withTemporary('/nowhere/at/all', async () => {
      await assert.rejects(
        socketPair(() => undefined),
        { code: 'ENOENT' },
      );
    }));
});

/** Runs a test with a separate folder for temporary files. */
async function withTemporary(folder: string, run: (folder: string) => Promise<void>): Promise<void> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    await run(folder);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
