import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ChildInput } from '../../../src/streaming/ffmpeg/child-input.js';

describe('child input', () => {
  it('keeps bytes that come before the child starts, and their end', async () => {
    const input = new ChildInput();
    const stdin = new PassThrough();
    input.write([Buffer.from('a'), Buffer.from('bc')]);
    assert.equal(input.unsentBytes, 3);
    input.end();
    input.attach(stdin);
    assert.equal((await buffer(stdin)).toString(), 'abc');
  });

  it('passes on the rest in order', async () => {
    const input = new ChildInput();
    const stdin = new PassThrough();
    input.write([Buffer.from('a')]);
    input.attach(stdin);
    input.write([Buffer.from('b'), Buffer.from('c')]);
    input.write([]);
    input.end();
    assert.equal((await buffer(stdin)).toString(), 'abc');
  });

  it('resolves when the child has read everything, or has ended', async () => {
    const input = new ChildInput();
    await input.taken();
    const stdin = new PassThrough({ highWaterMark: 4 });
    input.attach(stdin);
    input.write([Buffer.alloc(16)]);
    assert.ok(input.unsentBytes > 0);
    const taken = input.taken();
    stdin.resume();
    await taken;
    assert.equal(input.unsentBytes, 0);
    stdin.pause();
    input.write([Buffer.alloc(16)]);
    input.write([Buffer.alloc(16)]);
    const gone = input.taken();
    input.destroy();
    await gone;
  });

  it('ignores bytes for a child that has no input, or has ended', () => {
    const input = new ChildInput();
    input.attach(null);
    input.write([Buffer.alloc(1)]);
    input.destroy();
    input.write([Buffer.alloc(1)]);
    assert.equal(input.unsentBytes, 0);
  });
});
