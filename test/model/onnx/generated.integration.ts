import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { itNeeds } from '../../helpers/needs.js';
import { tempFolder } from '../temp-folder.js';

const SOURCE = resolve('src/model/onnx');
const BIN = resolve('node_modules/.bin');

describe('onnx_pb.ts', function () {
  this.timeout(120_000);
  const folder = tempFolder();

  itNeeds({ buf: existsSync(join(BIN, 'buf')) }, 'equals the output of the generator for onnx.proto', () => {
    const { status, stderr } = spawnSync(join(BIN, 'buf'), ['generate', '--output', folder.path], {
      cwd: SOURCE,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` },
    });
    assert.equal(status, 0, stderr);
    assert.equal(
      readFileSync(join(folder.path, 'onnx_pb.ts'), 'utf8'),
      readFileSync(join(SOURCE, 'onnx_pb.ts'), 'utf8'),
    );
  });
});
