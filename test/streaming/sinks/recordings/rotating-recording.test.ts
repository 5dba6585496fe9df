import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineEvent } from '../../../../src/core/events.js';
import { KeptFolder } from '../../../../src/files/kept-folder.js';
import { recordingHeader } from '../../../../src/recording/header.js';
import { readRecording } from '../../../../src/recording/reader.js';
import { isRecordingName, RotatingRecording } from '../../../../src/streaming/sinks/recordings/rotating-recording.js';
import { temporaryFolder } from '../../../helpers/temporary.js';
import { mountTinyDisk } from '../../../helpers/tiny-disk.js';
import { perceptOf } from '../../events.js';

const SEGMENT_MS = 60_000;

describe('a rotating recording', () => {
  const folder = temporaryFolder();
  const clock = { nowMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => Date.UTC(2026, 10, 27) + ms };
  const told: string[] = [];
  let kept: KeptFolder;
  const start = async (maxBytes = Infinity): Promise<RotatingRecording> => {
    clock.nowMs = 0;
    told.length = 0;
    kept = await KeptFolder.open({
      folder: join(folder(), 'kept'),
      isOwn: isRecordingName,
      retention: { maxAgeMs: Infinity, maxBytes },
      clock,
      onFailure: ({ message }) => told.push(message),
      onHealed: () => undefined,
    });
    return new RotatingRecording({
      folder: kept,
      header: () =>
        recordingHeader({
          streams: ['cam'],
          classes: ['person', 'car', 'dog'],
          unixUsAtZero: 0,
          config: {},
          host: { nowcast: '0', node: '0', platform: '0', cpu: '0' },
          model: { name: 'm', input: { width: 1, height: 1 } },
        }),
      segmentMs: SEGMENT_MS,
      clock,
      onTrouble: ({ message }) => told.push(message),
    });
  };
  const files = (): string[] => readdirSync(join(folder(), 'kept/percepts')).sort();
  const eventsIn = async (name: string): Promise<PipelineEvent[]> => {
    const events: PipelineEvent[] = [];
    const { events: read } = await readRecording(join(folder(), 'kept/percepts', name), (torn) => assert.fail(torn));
    for await (const event of read) events.push(event);
    return events;
  };
  afterEach(() => kept.close());

  it('has each event in one of its files, which are recordings by themselves', async () => {
    const recording = await start();
    for (let seq = 0; seq < 25; seq++) {
      clock.nowMs = (seq * SEGMENT_MS) / 10;
      recording.write(perceptOf(seq));
    }
    await recording.close();
    assert.deepEqual(files(), ['20261127T000000000Z.jsonl', '20261127T000100000Z.jsonl', '20261127T000200000Z.jsonl']);
    const seqs = await Promise.all(
      files().map(async (name) => (await eventsIn(name)).map((event) => (event as { seq: number }).seq)),
    );
    assert.deepEqual(
      seqs.map(({ length }) => length),
      [10, 10, 5],
    );
    assert.deepEqual(
      seqs.flat(),
      Array.from({ length: 25 }, (_, i) => i),
    );
    assert.equal(statSync(recording.files[0]).mode & 0o777, 0o600);
  });

  it('removes its oldest files when all of them are too large', async () => {
    const recording = await start(1);
    for (const ms of [0, SEGMENT_MS, 2 * SEGMENT_MS]) {
      clock.nowMs = ms;
      recording.write(perceptOf(ms));
    }
    clock.nowMs = 3 * SEGMENT_MS;
    recording.next();
    recording.write(perceptOf(9));
    await recording.close();
    assert.equal(recording.files.length, 4);
    assert.deepEqual(files(), []);
  });

  it('goes on after a full disk, which is told once', async function () {
    const unmount = mountTinyDisk(join(folder(), 'kept'), 32);
    if (unmount === undefined) return this.skip();
    try {
      const recording = await start();
      for (let seq = 0; seq < 2000; seq++) recording.write(perceptOf(seq));
      clock.nowMs = 10_000;
      recording.write(perceptOf(1));
      assert.equal(told.length, 1);
      assert.match(told[0], /the disk is full/);
      await recording.close();
      await kept.close();
    } finally {
      unmount();
    }
  });
});
