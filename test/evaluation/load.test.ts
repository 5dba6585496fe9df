import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, UsageError } from '../../src/core/errors.js';
import { readJsonFile } from '../../evaluation/load.js';

describe('JSON files', () => {
  let dir: string;
  before(() => (dir = mkdtempSync(join(tmpdir(), 'nowcast-test-'))));
  after(() => rmSync(dir, { recursive: true }));
  const file = (text: string): string => {
    const path = join(dir, 'file.json');
    writeFileSync(path, text);
    return path;
  };

  it('are read', () => assert.deepEqual(readJsonFile(file('{"a": [1]}')), { a: [1] }));
  it('that are missing are a UsageError', () =>
    assert.throws(
      () => readJsonFile(join(dir, 'none')),
      (error) => error instanceof UsageError && /cannot read .*none/.test(error.message),
    ));
  it('that are empty are refused', () =>
    assert.throws(
      () => readJsonFile(file(' \n')),
      (error) => error instanceof DataError && / is empty$/.test(error.message),
    ));
  it('may begin with a byte order mark', () => assert.deepEqual(readJsonFile(file('\uFEFF[1]')), [1]));
  it('that are truncated are refused', () =>
    assert.throws(
      () => readJsonFile(file('[{"a": 1}')),
      (error) => error instanceof DataError && /file\.json is not JSON/.test(error.message),
    ));
  it("with Python's NaN and Infinity are read as Python reads them", () =>
    assert.deepEqual(readJsonFile(file('[NaN, -Infinity, Infinity, "NaN, Infinity", {"a": NaN}]')), [
      NaN,
      -Infinity,
      Infinity,
      'NaN, Infinity',
      { a: NaN },
    ]));
  it('keep every digit of whole numbers beyond 2^53', () =>
    assert.deepEqual(
      readJsonFile(
        file('[1623456789123556789, -9007199254740993, 9007199254740991, 1234567890123456789.5, "12345678901234567"]'),
      ),
      [1623456789123556789n, -9007199254740993n, 9007199254740991, 1234567890123456800, '12345678901234567'],
    ));
});
