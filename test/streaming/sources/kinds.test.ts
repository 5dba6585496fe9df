import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_PARTS } from '../../../src/app/parts.js';
import { findSource, recogniseSource, sourceForms } from '../../../src/config/sources.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const { sources } = BUILT_IN_PARTS;

describe('the registry of sources', () => {
  const folder = temporaryFolder();

  it('gives every entry its own name and its own forms', () => {
    assert.equal(new Set(sources.map(({ name }) => name)).size, sources.length);
    const forms = sources.flatMap((kind) => kind.forms);
    assert.equal(new Set(forms).size, forms.length);
    for (const form of forms) assert.ok(sourceForms(sources).includes(form));
  });

  for (const kind of sources) {
    it(`finds ${kind.name} by its form or by its path, and describes it`, () => {
      assert.equal(kind.examples.length > 0, kind.recognise !== undefined);
      assert.ok(kind.recognise !== undefined || kind.takesPath !== undefined);
      assert.ok(kind.forms.length > 0 && kind.is !== '');
    });

    for (const example of kind.examples) {
      it(`reads ${example} as ${kind.name} and as no other kind`, () => {
        assert.deepEqual(
          sources.filter(({ recognise }) => recognise?.(example) !== undefined).map(({ name }) => name),
          [kind.name],
        );
        const { address, streamId } = recogniseSource(example, sources);
        assert.equal(
          recogniseSource(address, sources).kind?.name,
          kind.name,
          'an address is of the same kind as its text',
        );
        assert.notEqual(streamId, '');
      });
    }
  }

  it('distinguishes a file, a folder, a pipe and a session description', () => {
    writeFileSync(join(folder(), 'clip.mp4'), '');
    mkdirSync(join(folder(), 'frames'));
    execFileSync('mkfifo', [join(folder(), 'fifo')]);
    writeFileSync(join(folder(), 'cam'), 'v=0\r\nm=video 5004 RTP/AVP 96\r\n');
    writeFileSync(join(folder(), 'empty.sdp'), '');
    assert.deepEqual(
      ['clip.mp4', 'frames', 'fifo', 'cam', 'empty.sdp'].map(
        (name) => findSource(join(folder(), name), sources).kind.name,
      ),
      ['video', 'pictures', 'pipe', 'rtp', 'video'],
    );
  });

  it('refuses a folder if no kind reads one', () => {
    const withoutFolders = sources.filter(({ name }) => name !== 'pictures');
    assert.throws(() => findSource(folder(), withoutFolders), {
      code: 'NOWCAST_USAGE',
      message:
        /is a folder, which Nowcast cannot read; it must be "-" for standard input, an \.sdp file, rtp:\/\/, a video file, rtsp:/,
    });
  });
});
