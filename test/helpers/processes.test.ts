import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HAS_PROC, identityOf, isRunning } from './processes.js';
import { itNeeds } from './needs.js';

describe('the identity of a process', () => {
  itNeeds({ 'a system that shows processes as files': HAS_PROC }, 'is not that of an earlier one with its id', () => {
    const own = identityOf(process.pid)!;
    assert.equal(isRunning(own), true);
    assert.equal(isRunning(`${process.pid} of 1`), false);
  });

  itNeeds({ 'a system that shows processes as files': HAS_PROC }, 'is that of nobody once it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const identity = identityOf(child.pid!)!;
    assert.equal(isRunning(identity), true);
    child.stdin.end();
    await once(child, 'exit');
    assert.equal(isRunning(identity), false);
  });
});
