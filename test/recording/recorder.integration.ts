import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { readRecording } from '../../src/recording/reader.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('recorder in a process that is killed', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const inFolder = (name: string): string => join(folder(), name);

  it('loses nothing written before kill -9', async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./recorder-process.js', import.meta.url)), inFolder('run.jsonl')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let told = 0;
    for await (const line of createInterface(child.stdout)) {
      told = Number(line);
      if (told >= 2000) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGKILL');

    const { events } = await readRecording(inFolder('run.jsonl'), () => undefined);
    let next = 0;
    for await (const event of events) assert.equal(event.type === 'percept' && event.seq, next++);
    assert.ok(next >= told, `${next} events readable, ${told} written`);
  });
});
