import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

const FRONT = 'cameras: {front: {source: "rtsp://127.0.0.1:9/x", objects: {}}}\n';

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
      /cameras\.yaml:2: http\.listen: the service would be open to everyone who reaches 0\.0\.0\.0; set http\.users/,
    ],
    [
      'a service that nobody could use',
      'http: {auth: required}',
      /cameras\.yaml:2: http\.auth is required, but nobody could log in/,
    ],
    [
      'TLS without its files',
      'http: {tls: {cert: nope.pem, key: nope.key}}',
      /cameras\.yaml:2: http\.tls: .*nope\.pem does not exist/,
    ],
    ['tokens without their file', 'feed: {token_file: nope.txt}', /cameras\.yaml:2: feed\.token_file: .*nope\.txt/],
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

  it('shows the folders of the configuration, and leaves nothing behind where it has tried them', async () => {
    const { code, stdout, stderr } = await validate(
      `${FRONT}clips: {folder: a/clips, pre_roll: 2s}\nrecord: {folder: all, cameras: [front], retain_days: 3}\n` +
        'snapshots: {folder: pictures}\nstate: b/switches.json\n' +
        'output: {events: events.jsonl, record: run.jsonl, recordings: c/kept}\n',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^clips: folder .*\/a\/clips, pre_roll 2000, post_roll 5000, .*retain_mb 10000$/m);
    assert.match(
      stdout,
      /^record: folder .*\/all, cameras \["front"\], segment 300000, retain_days 3, retain_mb 50000$/m,
    );
    assert.match(stdout, /^snapshots: folder .*\/pictures, retain_days 10, /m);
    assert.deepEqual(readdirSync(folder()), ['cameras.yaml']);
  });

  for (const [key, line] of [
    ['clips.folder', 'clips: {folder: taken/clips}'],
    ['record.folder', 'record: {folder: taken}'],
    ['snapshots.folder', 'snapshots: {folder: taken/pictures}'],
    ['state', 'state: taken/switches.json'],
    ['output.events (--events)', 'output: {events: none/events.jsonl}'],
    ['output.record (--record)', 'output: {record: none/run.jsonl}'],
    ['output.recordings', 'output: {recordings: taken/kept}'],
  ] as const)
    it(`names ${key} if its place cannot be written`, async () => {
      writeFileSync(join(folder(), 'taken'), 'mine');
      const { code, stdout, stderr } = await validate(`${FRONT}${line}\n`);
      assert.deepEqual([code, stdout], [2, '']);
      assert.ok(stderr.includes(`${key}: cannot write `), stderr);
      assert.deepEqual(readdirSync(folder()).sort(), ['cameras.yaml', 'taken']);
    });
});
