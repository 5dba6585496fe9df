import assert from 'node:assert/strict';
import { DetectorFailedError, InternalError, ModelError } from '../../../src/core/errors.js';
import { letterbox } from '../../../src/core/fit.js';
import { backoffMs, SupervisedHost } from '../../../src/model/host/supervised-host.js';
import { FakeProcess } from './fake-process.js';
import { FakeTime } from './fake-time.js';

const FIT = letterbox({ width: 32, height: 32 }, { width: 32, height: 32 });
const PICTURE = new Uint8Array(4);

/** Lets settled promises run their callbacks. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('SupervisedHost', () => {
  let time: FakeTime;
  let processes: FakeProcess[];
  let written: { slot: number; picture: Uint8Array }[];
  let log: string[];
  let host: SupervisedHost;

  const last = (): FakeProcess => processes[processes.length - 1];
  const launch = (): FakeProcess => {
    processes.push(new FakeProcess());
    return last();
  };
  const detect = (picture = PICTURE): Promise<unknown> => {
    const answer = host.detect({ image: picture, fit: FIT });
    answer.catch(() => undefined);
    return answer;
  };
  /** Lets the process die, and its successor start and open. */
  const dieAndRecover = async (): Promise<void> => {
    last().die('SIGKILL');
    await settled();
    time.advance(30_000);
    await settled();
    last().open();
    await settled();
  };

  const open = (options: Partial<ConstructorParameters<typeof SupervisedHost>[0]> = {}): SupervisedHost =>
    new SupervisedHost({
      first: launch(),
      relaunch: launch,
      writeSlot: (slot, picture) => written.push({ slot, picture }),
      watchdogMs: 2000,
      warmUpMs: 10,
      startMs: 100,
      maxFailedStarts: Infinity,
      onLog: (message) => log.push(message),
      after: time.after,
      ...options,
    });

  beforeEach(() => {
    time = new FakeTime();
    processes = [];
    written = [];
    log = [];
    host = open();
  });
  afterEach(() => host.close());

  it('writes the picture and requests its detections before it returns', () => {
    detect();
    assert.deepEqual(
      written.map(({ picture }) => picture),
      [PICTURE],
    );
    assert.deepEqual(last().asked, [written[0].slot]);
  });

  it('takes one picture beyond the current one, in another slot, and no third', async () => {
    const first = detect();
    detect();
    assert.equal(new Set(written.map(({ slot }) => slot)).size, 2);
    assert.equal(host.freeSlotCount, 0);
    await assert.rejects(detect(), InternalError);
    last().answer();
    await first;
    assert.equal(host.freeSlotCount, 1);
  });

  it('keeps its slot if the picture cannot be written', async () => {
    host = open({
      writeSlot: () => {
        throw new InternalError('13 bytes');
      },
    });
    await assert.rejects(detect(), InternalError);
    assert.equal(host.freeSlotCount, 2);
    assert.deepEqual(last().asked, []);
  });

  it('loses the current frame of a dying process, with the reason, and works again', async () => {
    const lost = detect();
    last().die('SIGSEGV');
    await assert.rejects(
      lost,
      (error: Error) => error instanceof DetectorFailedError && error.message.includes('SIGSEGV'),
    );
    assert.equal(host.isWorking, false);
    const ready = host.ready();
    time.advance(0);
    await settled();
    last().open();
    await ready;
    const next = detect();
    last().answer();
    await next;
    assert.match(log.join(), /SIGSEGV/);
  });

  it('hands the waiting picture to the next process', async () => {
    const lost = detect();
    const kept = detect();
    await dieAndRecover();
    await assert.rejects(lost, DetectorFailedError);
    assert.deepEqual(last().asked, [written[1].slot]);
    last().answer();
    await kept;
    assert.equal(host.freeSlotCount, 2);
  });

  it('ignores a result of a process that counted as lost', async () => {
    const lost = detect();
    await dieAndRecover();
    await assert.rejects(lost, DetectorFailedError);
    let answered = false;
    void detect().then(() => {
      answered = true;
    });
    processes[0].answer();
    await settled();
    assert.equal(answered, false);
    last().answer();
    await settled();
    assert.equal(answered, true);
  });

  it('keeps a picture for a starting process', async () => {
    last().die('SIGKILL');
    await settled();
    const kept = detect();
    time.advance(0);
    await settled();
    assert.deepEqual(last().asked, []);
    last().open();
    await settled();
    last().answer();
    await kept;
  });

  it('kills a process that does not respond, and only then starts another', async () => {
    const lost = detect();
    time.advance(2000);
    assert.match(processes[0].killedBecause!, /2000 ms/);
    assert.equal(processes.length, 1);
    await assert.rejects(lost, /2000 ms/);
    time.advance(0);
    await settled();
    assert.equal(processes.length, 2);
  });

  it('watches the next picture from the begin of its own run', async () => {
    const first = detect();
    detect();
    time.advance(1500);
    last().answer();
    await first;
    time.advance(1500);
    assert.equal(last().killedBecause, undefined);
    time.advance(500);
    assert.notEqual(last().killedBecause, undefined);
  });

  it('has no timer without a run', async () => {
    const done = detect();
    last().answer();
    await done;
    assert.equal(time.pending, 0);
  });

  it('waits longer after each crash, and restarts its delays after a result', async () => {
    const waitedMs = async (): Promise<number> => {
      const before = processes.length;
      last().die('SIGKILL');
      await settled();
      for (let ms = 0; ; ms += 50) {
        time.advance(ms === 0 ? 0 : 50);
        await settled();
        if (processes.length > before) {
          last().open();
          await settled();
          return ms;
        }
      }
    };
    assert.deepEqual([await waitedMs(), await waitedMs(), await waitedMs()], [0, 250, 500]);
    const done = detect();
    last().answer();
    await done;
    assert.equal(await waitedMs(), 0);
  });

  it('backs off to 10 s and no further', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 20].map(backoffMs),
      [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000],
    );
  });

  it('is started again for as long as it takes, and says each trouble once', async () => {
    last().die('SIGKILL');
    await settled();
    const kept = detect();
    for (let start = 1; start <= 50; start++) {
      time.advance(30_000);
      await settled();
      last().failToOpen(new ModelError(start < 30 ? `no file descriptor for process ${start}` : 'the file is gone'));
      await settled();
    }
    await assert.rejects(kept, DetectorFailedError, 'a picture does not wait for a second start');
    assert.equal(host.freeSlotCount, 2);
    time.advance(30_000);
    await settled();
    last().open();
    await settled();
    assert.equal(host.isWorking, true);
    assert.deepEqual(log, [
      "the detector's process was lost and is being restarted: SIGKILL",
      'the detector did not start, and is started again: no file descriptor for process 1',
      'the detector did not start, and is started again: the file is gone',
      'the detector works again, after 50 failed starts',
    ]);
  });

  it('ends a start that hangs, and gives the next one twice the time', async () => {
    last().die('SIGKILL');
    await settled();
    time.advance(0);
    await settled();
    for (const limitMs of [1000, 2000, 4000]) {
      const starting = last();
      time.advance(limitMs - 1);
      assert.equal(starting.killedBecause, undefined);
      time.advance(1);
      assert.equal(starting.killedBecause, `it did not open its model within ${limitMs} ms`);
      // A start that hung was itself the wait for the next one.
      await settled();
      assert.notEqual(last(), starting);
    }
  });

  it('gives a model that opens slowly twice its time to start', async () => {
    host = open({ startMs: 20_000 });
    last().die('SIGKILL');
    await settled();
    time.advance(0);
    await settled();
    time.advance(39_999);
    assert.equal(last().killedBecause, undefined);
    time.advance(1);
    assert.notEqual(last().killedBecause, undefined);
  });

  it('gives up after as many failed starts in a row as it may, with the reason', async () => {
    host = open({ maxFailedStarts: 8 });
    last().die('SIGKILL');
    await settled();
    const kept = detect();
    const ready = host.ready();
    ready.catch(() => undefined);
    for (let start = 0; start < 8; start++) {
      time.advance(30_000);
      await settled();
      last().failToOpen(new ModelError('the file is gone'));
      await settled();
    }
    const isFinal = (error: Error): boolean =>
      error instanceof ModelError &&
      error.code === 'NOWCAST_DETECTOR_LOST' &&
      error.message.includes('the file is gone');
    // A pool continues without this host: the frame's loss must not be final.
    await assert.rejects(kept, DetectorFailedError);
    for (const promise of [ready, detect(), host.ready()]) await assert.rejects(promise, isFinal);
    time.advance(60_000);
    await settled();
    assert.equal(processes.length, 10);
    assert.equal(host.hasEnded, true);
  });

  it('rejects open and later requests when it is closed', async () => {
    const first = detect();
    await host.close();
    for (const promise of [first, detect(), host.ready()])
      await assert.rejects(promise, { code: 'NOWCAST_DETECTOR_CLOSED' });
    await host.close();
    assert.equal(processes.length, 1);
    assert.equal(time.pending, 0);
  });

  it('starts no process after it is closed during a back-off', async () => {
    last().die('SIGKILL');
    await settled();
    await host.close();
    time.advance(60_000);
    await settled();
    assert.equal(processes.length, 1);
  });

  it('kills a process that is still opening, when closed', async () => {
    last().die('SIGKILL');
    await settled();
    time.advance(0);
    await settled();
    await host.close();
    assert.notEqual(last().killedBecause, undefined);
    await settled();
    assert.equal(host.isWorking, false);
  });
});
