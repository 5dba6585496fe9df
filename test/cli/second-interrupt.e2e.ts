import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { HAS_PROC, isAlive, until } from '../helpers/processes.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

const CLIP = 'test/fixtures/field/http-sources/fast.mp4';

describe('a second Ctrl-C', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();

  /** Ids of the processes that have the folder in their environment. */
  const processes = (place: string): number[] =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => {
        try {
          return Number.isInteger(pid) && isAlive(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(place);
        } catch {
          return false;
        }
      });

  for (const [moment, hasCome] of [
    ['while it starts', () => true],
    ['while its model opens', (place) => processes(place).length > 1],
    ['while it runs', (place) => readdirSync(place).some((name) => name.startsWith('out.mp4.part-'))],
    ['while it draws', (place) => readdirSync(place).includes('out.mp4.part')],
  ] as readonly (readonly [string, (place: string) => boolean])[]) {
    itNeeds(
      { ...NEEDS_FFMPEG, '/proc': HAS_PROC },
      `leaves no process, draft or temporary file ${moment}`,
      async () => {
        const place = folder();
        const temporary = join(place, 'tmp');
        mkdirSync(temporary);
        const options = within(place);
        let interrupted: Promise<void> | undefined;
        const interrupt = async (child: ChildProcess): Promise<void> => {
          while (!hasCome(place) && child.exitCode === null) await setTimeout(10);
          child.kill('SIGINT');
          await setTimeout(1);
          child.kill('SIGINT');
        };
        const { code } = await nowcast(
          ['run', join(process.cwd(), CLIP), '--provider', 'cpu', '--save', 'out.mp4', '--feed', '0'],
          {
            ...options,
            env: { ...options.env, TMPDIR: temporary },
            onStart: (child) => {
              interrupted = interrupt(child);
            },
          },
        );
        await interrupted;
        // Before it handles signals, the first one ends it.
        assert.ok(code === 130 || code === null || code === 0, String(code));
        await until(() => processes(temporary).length === 0);
        assert.deepEqual(readdirSync(temporary), []);
        assert.deepEqual(
          readdirSync(place).filter((name) => /\.part|\.lock/.test(name)),
          [],
        );
      },
    );
  }
});
