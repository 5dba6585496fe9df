import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, lstatSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../src/core/errors.js';
import { OutputFile } from '../../src/files/output-file.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

const NEEDS = { 'named pipes': process.platform !== 'win32' };

describe('an output into a named pipe', () => {
  const folder = temporaryFolder();
  const fail = (error: OutputError): void => assert.fail(error.message);

  function pipe(name: string): string {
    const path = join(folder(), name);
    execFileSync('mkfifo', [path]);
    return path;
  }

  itNeeds(NEEDS, 'is refused where nobody reads the pipe', () => {
    const path = pipe('unread');
    assert.throws(
      () => new OutputFile(path, fail, 'continued'),
      (error) =>
        error instanceof OutputError && error.message.endsWith('nobody reads this pipe; start its reader first'),
    );
  });

  itNeeds(NEEDS, 'reaches its reader whole', () => {
    const path = pipe('read');
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const output = new OutputFile(path, fail, 'continued');
    output.write('a\n');
    output.write('b\n');
    output.close();
    assert.equal(readFileSync(reader, 'utf8'), 'a\nb\n');
    closeSync(reader);
  });
});

describe('an output that replaces an older file', () => {
  const folder = temporaryFolder();
  const fail = (error: OutputError): void => assert.fail(error.message);

  it('takes its permissions, and its place behind a link', () => {
    const path = join(folder(), 'out.json');
    const link = join(folder(), 'link.json');
    writeFileSync(path, 'older', { mode: 0o600 });
    symlinkSync('out.json', link);
    const output = new OutputFile(link, fail, 'kept-until-published');
    output.write('newer');
    assert.equal(readFileSync(path, 'utf8'), 'older');
    output.publish();
    output.close();
    assert.equal(readFileSync(path, 'utf8'), 'newer');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.ok(lstatSync(link).isSymbolicLink());
  });
});
