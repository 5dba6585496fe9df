import assert from 'node:assert/strict';
import { ErrorPlaces } from '../../src/config/error-places.js';
import { parseConfig } from '../../src/config/load.js';
import { SCENE_KEYS } from '../../src/config/keys/scene-keys.js';
import { runKeys } from '../../src/config/run-keys.js';
import { BUILT_IN_PARTS } from '../../src/app/parts.js';
import { aboutKeys } from '../../src/core/error-key.js';
import { ModelError, UsageError } from '../../src/core/errors.js';

const TEXT = `cameras:
  front:
    source: demo:1
clips:
  folder: c
  cameras: [nobody]
`;
const SCENE = 'lines:\n  gate: {points: [[0, 0], [1, 1]]}\n';

describe('the place of an error', () => {
  const places = (flags: object = {}): ErrorPlaces => {
    const all = new ErrorPlaces();
    const config = parseConfig(runKeys(BUILT_IN_PARTS), TEXT, 'c.yaml', {});
    all.follow([config, parseConfig(SCENE_KEYS, SCENE, 'scene.yaml', {})], flags);
    return all;
  };
  const messageOf = async (keys: readonly string[], message: string, flags?: object): Promise<string> => {
    const found = await places(flags)
      .within(() =>
        aboutKeys(keys, () => {
          throw new ModelError(message);
        }),
      )
      .catch((error: unknown) => error as Error);
    return found.message;
  };

  it('is that of the key with which its message begins, or of the section around it', async () => {
    assert.equal(await messageOf([], 'clips.cameras has "nobody"'), 'c.yaml:6: clips.cameras has "nobody"');
    assert.equal(await messageOf([], 'clips.pre_roll is 61 s'), 'c.yaml:4: clips.pre_roll is 61 s');
    assert.equal(await messageOf([], 'clips is odd'), 'c.yaml:4: clips is odd');
    assert.equal(await messageOf([], 'lines.gate: odd'), 'scene.yaml:2: lines.gate: odd');
  });

  it('is else that of the first key of its action that the file has', async () => {
    const keys = ['cameras.front.detect.model', 'cameras.front.source', 'clips'];
    assert.equal(await messageOf(keys, 'no such file'), 'c.yaml:3: cameras.front.source: no such file');
    assert.equal(await messageOf(keys.slice(0, 1), 'no such file'), 'no such file');
    const error = new UsageError('no such file', { keys: ['clips.folder'] });
    await assert.rejects(
      places().within(() => aboutKeys(['clips'], () => Promise.reject(error))),
      /: c\.yaml:5: clips\.folder: no such file$/,
    );
  });

  it('has a key once, which the message may begin without its sections', async () => {
    const keys = ['cameras.front.source'];
    assert.equal(await messageOf(keys, 'source is odd'), 'c.yaml:3: cameras.front.source is odd');
  });

  it('is none for what is no key, is not in the file, or is from a flag', async () => {
    for (const message of ['feed.port is missing', 'clips are odd', 'front is odd', 'front.onnx is odd'])
      assert.equal(await messageOf([], message), message);
    assert.equal(await messageOf(['clips.folder'], 'no', { clips: { folder: 'mine' } }), 'no');
    assert.equal(await messageOf(['clips.cameras', 'clips'], 'no', { clips: { cameras: ['a'] } }), 'no');
    assert.equal(
      await messageOf(['feed.host', 'clips'], 'clips.folder is odd', { feed: { host: 'h' } }),
      'c.yaml:5: clips.folder is odd',
    );
    assert.equal(await messageOf(['clips'], 'no', { clips: { folder: 'mine' } }), 'c.yaml:4: clips: no');
  });

  it('is given once, and to errors of ours alone', () => {
    const error = new UsageError('clips.cameras has "nobody"');
    const all = places();
    all.place(error);
    all.place(error);
    assert.equal(error.message, 'c.yaml:6: clips.cameras has "nobody"');
    const other = new TypeError('clips.cameras has "nobody"');
    all.place(other);
    assert.equal(other.message, 'clips.cameras has "nobody"');
  });
});
