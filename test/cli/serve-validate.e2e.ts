import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('nowcast serve --validate', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const validate = (text: string) => {
    writeFileSync(join(folder(), 'cameras.yaml'), text);
    return nowcast(['serve', '-c', 'cameras.yaml', '--validate'], { cwd: folder() });
  };

  for (const [problem, http, message] of [
    [
      'a service that is open to everyone',
      'http: {listen: "0.0.0.0:8765"}',
      /the service would be open to everyone who reaches 0\.0\.0\.0; set http\.users/,
    ],
    ['a service that nobody could use', 'http: {auth: required}', /http\.auth is required, but nobody could log in/],
    ['TLS without its files', 'http: {tls: {cert: nope.pem, key: nope.key}}', /nope\.pem does not exist/],
    ['tokens without their file', 'feed: {token_file: nope.txt}', /nope\.txt/],
  ] as const)
    it(`refuses ${problem}, as the start does`, async () => {
      const { code, stdout, stderr } = await validate(`cameras: {front: {source: "demo:1"}}\n${http}\n`);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    });

  it('prints the address of the section http, and opens no port', async () => {
    const { code, stdout, stderr } = await validate(
      'cameras: {front: {source: "demo:1"}}\nhttp: {listen: "[::]:9876", auth: none}\n',
    );
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^feed: host ::, port 9876,/m);
  });

  it('names the cameras of which clips and recordings will have no video', async () => {
    const { code, stderr } = await validate(
      [
        'cameras:',
        '  drawn: {source: "demo:1", objects: {}}',
        '  other: {source: "demo:2"}',
        '  front: {source: "rtsp://127.0.0.1:9/x", objects: {}}',
        'clips: {folder: clips}',
        'record: {folder: all, cameras: [front, other]}',
      ].join('\n'),
    );
    assert.equal(code, 0);
    assert.deepEqual(stderr.match(/(?:clips|record): no video of [^"]+/g), [
      'clips: no video of drawn: its source has no coded video',
      'record: no video of other: its source has no coded video',
    ]);
  });
});
