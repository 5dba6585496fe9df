import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../../../src/core/errors.js';
import { createSceneEventFile } from '../../../../src/streaming/sinks/events/scene-event-file.js';
import { temporaryFolder } from '../../../helpers/temporary.js';
import { percepts, play, standing } from '../../../scene/scene-percepts.js';

const header = { runId: 'r', streams: ['gate'], classes: ['person'] };
const unixUsAtZero = (): number => 1_700_000_000_000_000;
const failOn = (error: Error): never => assert.fail(error.message);
const { events } = play({}, percepts([standing(0.5, 0.8)]));

describe('a file of events', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'events.jsonl');
  const write = async (): Promise<void> => {
    const file = createSceneEventFile(path(), header, unixUsAtZero, failOn);
    for (const event of events) file.write(event);
    await file.close();
  };
  const types = (): unknown[] =>
    readFileSync(path(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: unknown }).type);

  it('has a header and one message a line, with Unix times, for its owner alone', async () => {
    await write();
    const [first, start] = readFileSync(path(), 'utf8').split('\n');
    assert.deepEqual(JSON.parse(first), {
      type: 'header',
      schema: 'nowcast.scene/1',
      runId: 'r',
      streams: ['gate'],
      classes: ['person'],
    });
    const { at, startedAt, phase } = JSON.parse(start) as Record<string, unknown>;
    assert.deepEqual([at, startedAt, phase], [1_700_000_005_000, 1_700_000_005_000, 'start']);
    assert.equal(statSync(path()).mode & 0o777, 0o600);
  });

  it('puts a run behind those of an older file, even if its last line is torn', async () => {
    await write();
    const all = ['header', 'object', 'count', 'object', 'count'];
    assert.deepEqual(types(), all);
    appendFileSync(path(), '{"type":"obj');
    await write();
    const lines = readFileSync(path(), 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 11);
    assert.equal(lines[5], '{"type":"obj');
    assert.match(lines[6], /^\{"type":"header"/);
  });

  it('takes an empty file, and leaves one of another kind as it is', async () => {
    writeFileSync(path(), '');
    await write();
    assert.equal(types().length, 5);
    writeFileSync(path(), 'precious');
    await assert.rejects(write, (error) => error instanceof OutputError && /holds something else/.test(error.message));
    assert.equal(readFileSync(path(), 'utf8'), 'precious');
  });
});
