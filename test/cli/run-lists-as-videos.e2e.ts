import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { HttpServers } from '../helpers/http-servers.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

const FIXTURES = resolve('test/fixtures/field/lists-as-videos');

describe('a source that names other files or addresses', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  const servers = new HttpServers();
  afterEach(() => servers.close());

  for (const [file, is] of [
    ['playlist.mp4', 'an HLS playlist'],
    ['addresses.flv', 'an HLS playlist'],
    ['concat.mkv', 'a list of files for ffmpeg (ffconcat)'],
    ['metadata.avi', "a file of ffmpeg's metadata"],
    ['description.mp4', 'a session description (SDP)'],
  ]) {
    itNeeds(NEEDS_FFMPEG, `is refused as a file: ${file}`, async () => {
      const { code, stdout, stderr } = await nowcast(
        ['run', resolve(FIXTURES, file), '--json', '--provider', 'cpu'],
        within(folder()),
      );
      assert.equal(code, 1, stderr);
      const { error } = JSON.parse(stdout) as { error: { message: string; code: string } };
      assert.equal(error.code, 'NOWCAST_SOURCE_NOT_VIDEO');
      assert.ok(error.message.includes(`is ${is}, not a video`), error.message);
    });
  }

  for (const [type, file, is] of [
    ['application/sdp', 'description.mp4', 'a session description'],
    ['video/mp4', 'concat.mkv', 'a list of files'],
  ]) {
    itNeeds(NEEDS_FFMPEG, `is refused as a camera's answer: ${type} with ${is}`, async () => {
      const base = await servers.serve((_, response) =>
        response.writeHead(200, { 'content-type': type }).end(readFileSync(resolve(FIXTURES, file))),
      );
      const { code, stdout, stderr } = await nowcast(
        ['run', `${base}/cam`, '--json', '--provider', 'cpu', '--duration', '20s'],
        within(folder()),
      );
      assert.equal(code, 1, stderr);
      assert.ok(stdout.includes(`gives ${is}`) || stdout.includes(`is ${is}`), stdout);
    });
  }

  itNeeds(NEEDS_FFMPEG, "is refused as a playlist of this machine's files from the network", async () => {
    const clip = resolve('test/fixtures/field/http-sources/fast.mp4');
    const base = await servers.serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' })
        .end(`#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${clip}\n#EXT-X-ENDLIST\n`),
    );
    const { code, stdout, stderr } = await nowcast(
      ['run', `${base}/live.m3u8`, '--json', '--provider', 'cpu', '--duration', '20s'],
      within(folder()),
    );
    assert.equal(code, 1, stderr);
    assert.doesNotMatch(stdout, /"percepts":[1-9]/);
  });
});
