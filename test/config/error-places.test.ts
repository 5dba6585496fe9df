import assert from 'node:assert/strict';
import { ErrorPlaces } from '../../src/config/error-places.js';
import { parseConfig } from '../../src/config/load.js';
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

describe('the place of an error', () => {
  const places = (flags: object = {}): ErrorPlaces => {
    const all = new ErrorPlaces();
    all.follow(parseConfig(runKeys(BUILT_IN_PARTS), TEXT, 'c.yaml', {}), flags);
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
  });

  it('is else that of the first key of its action that the file has', async () => {
    const keys = ['cameras.front.detect.model', 'cameras.front.source', 'clips'];
    assert.equal(await messageOf(keys, 'no such file'), 'c.yaml:3: cameras.front.source: no such file');
    assert.equal(await messageOf(keys.slice(0, 1), 'no such file'), 'no such file');
  });

  it('is none for what is no key, is not in the file, or is from a flag', async () => {
    for (const message of ['feed.port is missing', 'clips is odd', 'front.onnx is odd'])
      assert.equal(await messageOf([], message), message);
    assert.equal(await messageOf(['clips.folder'], 'no', { clips: { folder: 'mine' } }), 'no');
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
