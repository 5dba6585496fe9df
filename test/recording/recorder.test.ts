import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DataError, OutputError } from '../../src/core/errors.js';
import type { PipelineEvent } from '../../src/core/events.js';
import { createRecorder } from '../../src/recording/recorder.js';
import { readRecording } from '../../src/recording/reader.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { detectionOf, dropEventOf, HEADER, perceptOf } from '../streaming/events.js';

const EVENTS: PipelineEvent[] = [
  { type: 'status', streamId: 'cam', atMs: 1, state: 'streaming', message: 'zwölf Bilder 🎥' },
  perceptOf(0),
  dropEventOf(1),
  perceptOf(2, {
    forecast: { forecaster: 'kalman', validAtMs: 240, detections: [{ ...detectionOf(2, 0.5), trackId: 3 }] },
    overBudget: true,
  }),
  { type: 'gap', streamId: 'cam', fromMs: 200, toMs: 900, why: 'silent' },
];

const failOn = (message: unknown): never => assert.fail(String(message));

async function all(events: AsyncIterable<PipelineEvent>): Promise<PipelineEvent[]> {
  const read: PipelineEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

async function collect(path: string, onWarning: (message: string) => void = failOn): Promise<PipelineEvent[]> {
  return all((await readRecording(path, onWarning)).events);
}

function record(path: string, events: readonly PipelineEvent[] = EVENTS): void {
  const recorder = createRecorder(path, HEADER, failOn);
  for (const event of events) recorder.write(event);
  void recorder.close();
}

describe('recorder', () => {
  const folder = temporaryFolder();
  const inFolder = (name: string): string => join(folder(), name);

  it('writes events that the reader returns unchanged', async () => {
    record(inFolder('run.jsonl'));
    const recording = await readRecording(inFolder('run.jsonl'), failOn);
    assert.deepEqual(recording.header, HEADER);
    assert.deepEqual(await collect(inFolder('run.jsonl')), EVENTS);
  });

  it('keeps a new file for its owner alone, and the mode of a file that was there', () => {
    record(inFolder('run.jsonl'));
    assert.equal(statSync(inFolder('run.jsonl')).mode & 0o777, 0o600);
    chmodSync(inFolder('run.jsonl'), 0o644);
    record(inFolder('run.jsonl'));
    assert.equal(statSync(inFolder('run.jsonl')).mode & 0o777, 0o644);
  });

  it('has every event readable as soon as write returns', async () => {
    const recorder = createRecorder(inFolder('run.jsonl'), HEADER, failOn);
    for (const [i, event] of EVENTS.entries()) {
      recorder.write(event);
      assert.equal((await collect(inFolder('run.jsonl'))).length, i + 1);
    }
    await recorder.close();
    await recorder.close();
  });

  it('adds a run to a recording, whose earlier runs stay readable', async () => {
    const path = inFolder('run.jsonl');
    record(path, EVENTS);
    record(path, EVENTS.slice(0, 2));
    const warnings: string[] = [];
    assert.deepEqual(await collect(path, (warning) => warnings.push(warning)), EVENTS.slice(0, 2));
    assert.deepEqual(warnings, [`${path} holds 2 runs; run 2 is read`]);
    const first = await readRecording(path, () => undefined, { run: 1 });
    assert.deepEqual([first.run, first.runs, first.firstLine], [1, 2, 1]);
    assert.deepEqual(await all(first.events), EVENTS);
    await assert.rejects(readRecording(path, failOn, { run: 3 }), /holds 2 runs, so there is no run 3/);
  });

  it('cuts off a line that a killed run left incomplete, and keeps a complete one', async () => {
    const path = inFolder('run.jsonl');
    for (const [cutBytes, kept] of [
      [1, EVENTS.length],
      [5, EVENTS.length - 1],
    ]) {
      rmSync(path, { force: true });
      record(path);
      truncateSync(path, statSync(path).size - cutBytes);
      record(path, []);
      const { events } = await readRecording(path, () => undefined, { run: 1 });
      assert.deepEqual(await all(events), EVENTS.slice(0, kept));
    }
  });

  it('never adds to a file that is no recording', () => {
    writeFileSync(inFolder('notes.txt'), 'mine');
    assert.throws(
      () => record(inFolder('notes.txt')),
      (error) =>
        error instanceof OutputError && /it exists and is no recording, so it is left alone/.test(error.message),
    );
    assert.equal(readFileSync(inFolder('notes.txt'), 'utf8'), 'mine');
  });

  it('refuses a second writer of its file', async () => {
    const recorder = createRecorder(inFolder('run.jsonl'), HEADER, failOn);
    assert.throws(() => record(inFolder('run.jsonl')), /another output of this run writes it/);
    await recorder.close();
    record(inFolder('run.jsonl'));
  });

  it('refuses a path that cannot be written, with the path and the remedy', () => {
    mkdirSync(inFolder('folder'));
    for (const [path, says] of [
      [inFolder('absent/run.jsonl'), /absent\/run\.jsonl.*create it first/],
      [inFolder('folder'), /it is a folder/],
    ] as const) {
      assert.throws(
        () => createRecorder(path, HEADER, failOn),
        (error) => error instanceof OutputError && says.test(error.message),
      );
    }
  });

  itNeeds({ 'a user other than root': process.getuid?.() !== 0 }, 'refuses a folder without permission', () => {
    mkdirSync(inFolder('closed'));
    chmodSync(inFolder('closed'), 0o555);
    assert.throws(() => createRecorder(inFolder('closed/run.jsonl'), HEADER, failOn), /no permission/);
  });

  itNeeds({ '/dev/full': existsSync('/dev/full') }, 'reports a full disk once, and lets the run continue', async () => {
    const failures: OutputError[] = [];
    const recorder = createRecorder('/dev/full', HEADER, (error) => failures.push(error));
    for (const event of EVENTS) recorder.write(event);
    await recorder.close();
    assert.equal(failures.length, 1);
    assert.match(failures[0].message, /\/dev\/full failed, so the file ends here: the disk is full/);
  });
});

describe('recording reader', () => {
  const folder = temporaryFolder();
  const inFolder = (name: string): string => join(folder(), name);

  it('skips a torn last line with a warning, torn at any byte', async () => {
    const path = inFolder('run.jsonl');
    record(path);
    const lengthOfLast = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)!.length;
    for (let cut = 2; cut <= lengthOfLast; cut++) {
      rmSync(path);
      record(path);
      truncateSync(path, statSync(path).size - cut);
      const warnings: string[] = [];
      assert.equal((await collect(path, (warning) => warnings.push(warning))).length, EVENTS.length - 1);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /the last line, 6, is incomplete/);
    }
  });

  it('accepts a complete last line without a line feed', async () => {
    const path = inFolder('run.jsonl');
    record(path);
    truncateSync(path, statSync(path).size - 1);
    assert.equal((await collect(path)).length, EVENTS.length);
  });

  it('names any other wrong line', async () => {
    const path = inFolder('run.jsonl');
    record(path);
    appendFileSync(path, '{"type":"percept"}\n');
    await assert.rejects(collect(path), (error) => error instanceof DataError && /line 7: "seq"/.test(error.message));
  });

  it('describes a file that is not a recording', async () => {
    for (const [content, says] of [
      ['', /is empty/],
      ['[1, 2]\n', /not a Nowcast recording/],
      ['{"type":"hea', /line 1 is not JSON/],
    ] as const) {
      writeFileSync(inFolder('other'), content);
      await assert.rejects(
        readRecording(inFolder('other'), failOn),
        (error) => error instanceof DataError && says.test(error.message),
      );
    }
    await assert.rejects(
      readRecording(inFolder('absent.jsonl'), failOn),
      (error) => error instanceof DataError && /cannot read.*absent\.jsonl/.test(error.message),
    );
  });

  it('reads long recordings in pieces, and stops when its reader stops', async () => {
    const path = inFolder('run.jsonl');
    record(
      path,
      Array.from({ length: 2000 }, (_, seq) => perceptOf(seq)),
    );
    const { events } = await readRecording(path, failOn);
    let count = 0;
    for await (const event of events) {
      assert.deepEqual(event, perceptOf(count));
      if (++count === 1500) break;
    }
    assert.equal((await collect(path)).length, 2000);
  });
});
