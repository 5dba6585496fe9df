import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sendFile } from '../../../src/streaming/http/send-file.js';
import { temporaryFolder } from '../../helpers/temporary.js';

describe('a file that the server sends', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'clip.mp4');
  const sent: Promise<void>[] = [];
  let server: Server;
  beforeEach(async () => {
    sent.length = 0;
    writeFileSync(path(), '0123456789');
    server = createServer((request, response) => {
      const name = join(folder(), request.url!.slice(1));
      sent.push(sendFile(response, name, { 'content-type': 'video/mp4' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const port = (): number => (server.address() as AddressInfo).port;
  const get = (name: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> =>
    fetch(`http://127.0.0.1:${port()}/${name}`, { method, headers });
  const headersOf = ({ headers }: Response): unknown[] =>
    ['content-type', 'content-length', 'content-range', 'accept-ranges'].map((name) => headers.get(name));

  it('comes whole without Range, and says that parts may be asked for', async () => {
    const answer = await get('clip.mp4');
    assert.deepEqual([answer.status, ...headersOf(answer)], [200, 'video/mp4', '10', null, 'bytes']);
    assert.equal(await answer.text(), '0123456789');
  });

  it('comes in the part that is asked for', async () => {
    const answer = await get('clip.mp4', { range: 'bytes=2-4' });
    assert.deepEqual([answer.status, ...headersOf(answer)], [206, 'video/mp4', '3', 'bytes 2-4/10', 'bytes']);
    assert.equal(await answer.text(), '234');
    assert.equal(await (await get('clip.mp4', { range: 'bytes=-2' })).text(), '89');
  });

  it('has no byte behind its end', async () => {
    const answer = await get('clip.mp4', { range: 'bytes=10-' });
    assert.deepEqual([answer.status, answer.headers.get('content-range')], [416, 'bytes */10']);
    assert.match(((await answer.json()) as { error: string }).error, /10 bytes/);
  });

  it('comes whole where the part belongs to another file', async () => {
    const etag = (await get('clip.mp4')).headers.get('etag')!;
    const part = { range: 'bytes=2-4' };
    assert.equal((await get('clip.mp4', { ...part, 'if-range': etag })).status, 206);
    writeFileSync(path(), '01234567890');
    assert.equal((await get('clip.mp4', { ...part, 'if-range': etag })).status, 200);
  });

  it('has its length alone for HEAD', async () => {
    const answer = await get('clip.mp4', {}, 'HEAD');
    assert.deepEqual([answer.status, answer.headers.get('content-length'), await answer.text()], [200, '10', '']);
  });

  it('may be empty', async () => {
    writeFileSync(path(), '');
    const answer = await get('clip.mp4');
    assert.deepEqual([answer.status, answer.headers.get('content-length'), await answer.text()], [200, '0', '']);
  });

  it('is 404 once it is removed, and 500 if it cannot be read', async () => {
    const answer = await get('gone.mp4');
    assert.deepEqual([answer.status, await answer.json()], [404, { error: 'the file has been removed' }]);
    mkdirSync(join(folder(), 'folder'));
    const other = await get('folder', { range: 'bytes=0-0' });
    assert.deepEqual([other.status, await other.json()], [500, { error: 'the file cannot be read' }]);
  });

  it('is closed when its client leaves in the middle', async () => {
    writeFileSync(path(), Buffer.alloc(64 * 2 ** 20));
    const socket = connect(port(), '127.0.0.1');
    socket.write('GET /clip.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    // Resolves behind the closing of the file.
    await Promise.all(sent);
    assert.equal(sent.length, 1);
  });
});
