import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_IN_PARTS } from '../../src/app/parts.js';
import { parseConfig } from '../../src/config/load.js';
import { resolveRun } from '../../src/config/run-config.js';
import { runKeys } from '../../src/config/run-keys.js';
import { mergeSettings } from '../../src/config/settings.js';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const keys = runKeys(BUILT_IN_PARTS);

describe('a name that every JavaScript object has', () => {
  let clip = '';
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nowcast-test-'));
    clip = join(folder, 'clip.mp4');
    writeFileSync(clip, 'x');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('names a camera as any other', () => {
    const text = `cameras:\n${NAMES.map((name) => `  ${name}: {source: "${clip}"}\n`).join('')}`;
    const { settings } = parseConfig(keys, text, 'c.yaml', {});
    const { sources } = resolveRun(mergeSettings({}, settings), [], BUILT_IN_PARTS, new Map());
    assert.deepEqual(
      sources.map(({ id, address }) => [id, address]),
      NAMES.map((name) => [name, clip]),
    );
  });

  it('survives a merge of settings', () => {
    const under = JSON.parse('{"cameras": {"__proto__": {"fps": 1}, "a": {"fps": 2}}}') as object;
    const over = JSON.parse('{"cameras": {"__proto__": {"fps": 3}}}') as object;
    assert.equal(JSON.stringify(mergeSettings(under, over)), '{"cameras":{"__proto__":{"fps":3},"a":{"fps":2}}}');
  });

  for (const name of NAMES) {
    it(`is no key and no environment variable: ${name}`, () => {
      assert.throws(() => parseConfig(keys, `${name}: 1\n`, 'c.yaml', {}), {
        message: new RegExp(`^c\\.yaml:1: ${name} is not a key`),
      });
      assert.throws(() => parseConfig(keys, `cameras: {a: {source: x, ${name}: 1}}\n`, 'c.yaml', {}), {
        message: new RegExp(`cameras\\.a\\.${name} is not a key`),
      });
      assert.throws(() => parseConfig(keys, `cameras: {a: {source: "\${${name}}"}}\n`, 'c.yaml', {}), {
        message: new RegExp(`needs the environment variable ${name}, which is not set`),
      });
    });
  }

  it('of a camera is refused like others if it has other characters', () => {
    assert.throws(() => parseConfig(keys, 'cameras: {"a b": {source: x}}\n', 'c.yaml', {}), {
      message: /c\.yaml:1: cameras\.a b is no name for a camera; use letters, digits, - and _/,
    });
    assert.throws(() => parseConfig(keys, 'cameras: [a]\n', 'c.yaml', {}), {
      message: /cameras is \["a"\]; it must be/,
    });
  });
});
