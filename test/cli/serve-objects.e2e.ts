import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { LoggedObject } from '../../src/core/logged-object.js';
import { presentationTimes } from '../helpers/clips.js';
import { HttpServers } from '../helpers/http-servers.js';
import { itNeeds } from '../helpers/needs.js';
import { freeUdpPort } from '../helpers/ports.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';
import { model, NEEDS, person } from './person-run.js';

type Told = { readonly phase: string; readonly id: string; readonly class: string };

describe('what nowcast serve keeps of objects', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  const servers = new HttpServers();
  let sender: ChildProcess | undefined;
  let run: LoggedRun | undefined;
  afterEach(async () => {
    sender?.kill('SIGKILL');
    await run?.interrupt();
    await servers.close();
  });

  itNeeds(
    NEEDS,
    'is a picture, a clip and a message of each, and all of the video, which the next start finds',
    async () => {
      const told: Told[] = [];
      let heard: () => void = () => undefined;
      const hook = await servers.serve((request, response) => {
        let text = '';
        request.on('data', (bytes: Buffer) => (text += String(bytes)));
        request.on('end', () => {
          told.push(JSON.parse(text) as Told);
          response.writeHead(204, { connection: 'close' }).end();
          heard();
        });
      });
      const port = await freeUdpPort();
      writeFileSync(
        join(folder(), 'cameras.yaml'),
        JSON.stringify({
          model: { path: model, provider: 'cpu', labels: 'coco' },
          detect: { classes: ['person'], budget: '2s' },
          cameras: {
            front: { source: `udp://127.0.0.1:${port}`, objects: { threshold: 0.5 }, snapshots: { height: 200 } },
          },
          snapshots: { folder: 'pictures' },
          clips: { folder: 'clips', pre_roll: '1s', post_roll: '1s' },
          record: { folder: 'video' },
          webhook: { url: `${hook}/hook`, events: ['start', 'end'] },
        }),
      );
      run = new LoggedRun(
        ['serve', '-c', 'cameras.yaml', '--listen', '0', '--json', '--state', 'state.json'],
        folder(),
      );
      await run.finds(/service: (http:\S+)/);
      const address = `udp://127.0.0.1:${port}?pkt_size=1316`;
      sender = spawn('ffmpeg', ['-v', 'error', '-re', '-i', person, '-c', 'copy', '-f', 'mpegts', address], {
        stdio: 'ignore',
      });
      while (!told.some(({ phase }) => phase === 'end'))
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      const [{ id, class: className }] = told;
      assert.deepEqual([told[0].phase, className], ['start', 'person']);
      const { code } = await run.interrupt();
      run = undefined;
      assert.equal(code, 130);

      const inside = (kind: string): string[] => readdirSync(join(folder(), kind, 'front'));
      const named = new RegExp(`^\\d{8}T\\d{6}Z-person-${id.replace('front-', '')}\\.`);
      const picture = inside('pictures').find((name) => named.test(name));
      assert.ok(picture !== undefined, inside('pictures').join());
      const { width, height, format } = await sharp(join(folder(), 'pictures/front', picture)).metadata();
      assert.ok(format === 'jpeg' && height <= 200 && width < height, `${width}x${height}`);
      const clip = inside('clips').find((name) => named.test(name));
      assert.ok(clip !== undefined, inside('clips').join());
      const [video] = inside('video');
      const [long, short] = [join('video/front', video), join('clips/front', clip)].map((name) => {
        assert.equal(statSync(join(folder(), name)).mode & 0o777, 0o600);
        return presentationTimes(join(folder(), name));
      });
      assert.ok(short.length > 10 && short.length <= long.length, `${short.length} of ${long.length}`);

      sender.kill('SIGKILL');
      run = new LoggedRun(
        ['serve', '-c', 'cameras.yaml', '--listen', '0', '--json', '--state', 'state.json'],
        folder(),
      );
      const url = await run.finds(/service: (http:\S+)\//);
      const { events } = (await (await fetch(`${url}/api/events`)).json()) as { events: LoggedObject[] };
      assert.deepEqual(
        events.map(({ id: later }) => later.replace(/-\d{8}T\d{9}Z$/, '')),
        told
          .filter(({ phase }) => phase === 'start')
          .map(({ id: earlier }) => earlier)
          .reverse(),
      );
      const kept = events.at(-1)!;
      assert.ok(kept.hasSnapshot && kept.hasClip && kept.endedAt !== undefined, JSON.stringify(kept));
      for (const [part, file] of [
        ['snapshot.jpg', join('pictures/front', picture)],
        ['clip', join('clips/front', clip)],
      ] as const)
        for (const name of [kept.id, id]) {
          const answer = await fetch(`${url}/api/events/${name}/${part}`);
          assert.deepEqual(Buffer.from(await answer.arrayBuffer()), readFileSync(join(folder(), file)));
        }
    },
  );
});
