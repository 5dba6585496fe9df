import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { checkNode } from '../../../src/app/doctor/checks.js';
import { parseList, parseProtocols } from '../../../src/app/doctor/ffmpeg.js';

describe('the doctor', () => {
  it('accepts the versions of Node that package.json allows', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    assert.equal(engines.node, '^20.19.0 || >=22.12.0');
  });

  for (const [version, state] of [
    ['18.20.0', 'missing'],
    ['20.18.3', 'missing'],
    ['20.19.0', 'ok'],
    ['21.7.0', 'missing'],
    ['22.11.0', 'missing'],
    ['22.12.0', 'ok'],
    ['24.0.0', 'ok'],
  ] as const) {
    it(`finds Node ${version} ${state}`, () => assert.equal(checkNode(version).state, state));
  }

  it("reads ffmpeg's lists of codecs and formats", () => {
    const codecs =
      'Decoders:\n V..... = Video\n ------\n V....D h264                 H.264 / AVC\n VFS..D mjpeg                MJPEG\n';
    assert.deepEqual([...parseList(codecs)], ['h264', 'mjpeg']);
    const formats =
      'File formats:\n D. = Demuxing supported\n --\n D  matroska,webm   Matroska / WebM\n D  rtsp            RTSP input\n';
    assert.deepEqual([...parseList(formats)], ['matroska', 'webm', 'rtsp']);
  });

  it("reads ffmpeg's input protocols", () => {
    assert.deepEqual(
      [...parseProtocols('Supported file protocols:\nInput:\n  file\n  https\nOutput:\n  srt\n')],
      ['file', 'https'],
    );
  });
});
