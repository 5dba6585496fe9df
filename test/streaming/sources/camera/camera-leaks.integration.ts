import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { CameraWatch } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { children, HAS_PROC, openPipes, until } from '../../../helpers/processes.js';

const RECONNECTS = 200;

describe('camera that comes and goes', function () {
  this.timeout(300_000);

  itNeeds(
    { ...NEEDS_FFMPEG, '/proc': HAS_PROC },
    `leaves no child, descriptor, listener or slot behind after ${RECONNECTS} reconnects`,
    async () => {
      const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#406080' } })
        .jpeg()
        .toBuffer();
      const part = Buffer.concat([
        Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`),
        picture,
        Buffer.from('\r\n'),
      ]);
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
        response.end(Buffer.concat([part, part, part]));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const before = { children: children().length, pipes: openPipes(), processListeners: listenersOf(process) };
      const stop = new AbortController();
      const camera = await CameraWatch.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
        stop: stop.signal,
        slots: 2,
        ladder: [{ delayMs: 0, times: Infinity }],
      });
      await camera.until(() => camera.gaps.length >= RECONNECTS);
      assert.ok(children().length <= before.children + 1, 'one ffmpeg at a time');
      assert.ok(
        camera.frames.some(({ epoch }) => epoch >= RECONNECTS),
        'slots are free to the end',
      );
      camera.assertInOrder();
      stop.abort();
      await camera.until(() => camera.isComplete);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      assert.equal(children().length, before.children);
      await until(() => openPipes() <= before.pipes);
      assert.equal(listenersOf(process), before.processListeners);
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    },
  );
});

function listenersOf(emitter: NodeJS.Process): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
