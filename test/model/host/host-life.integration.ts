import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Detector } from '../../../src/core/detector.js';
import { DetectorFailedError } from '../../../src/core/errors.js';
import type { ProcessDetectorOptions } from '../../../src/model/host/host-plan.js';
import { createProcessDetector } from '../../../src/model/host/process-detector.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { itNeeds } from '../../helpers/needs.js';
import { tempFolder } from '../temp-folder.js';
import { detectorsOf, eventually, hasProc, isAlive, openDescriptors } from './child-processes.js';
import { faultyModel } from './faulty-model.js';
import { pixelDetectorOptions, pixelPicture } from './pixel-detector.js';

describe('life of a detector process', function () {
  this.timeout(180_000);
  const needs = { 'Linux /proc': hasProc };
  const folder = tempFolder();
  let detector: Detector | undefined;
  const open = async (changes: Partial<ProcessDetectorOptions> = {}): Promise<Detector> => {
    detector = await createProcessDetector(pixelDetectorOptions(folder.path, changes));
    return detector;
  };
  afterEach(() => detector?.close());

  const works = async (): Promise<void> => {
    assert.equal((await detector!.detect(pixelPicture(2))).detections[0].box.x1, 12);
  };

  itNeeds(needs, 'loses exactly the current frame when killed, and works again', async () => {
    await open();
    const [pid] = detectorsOf();
    // A stopped process cannot respond before it dies.
    process.kill(pid, 'SIGSTOP');
    const lost = detector!.detect(pixelPicture(1));
    const kept = detector!.detect(pixelPicture(3));
    process.kill(pid, 'SIGKILL');
    await assert.rejects(
      lost,
      (error: Error) => error instanceof DetectorFailedError && error.message.includes('SIGKILL'),
    );
    await detector!.ready();
    assert.equal((await kept).detections[0].box.x1, 20);
    await works();
    assert.deepEqual(
      detectorsOf().filter((child) => child === pid),
      [],
    );
  });

  itNeeds(needs, 'is killed if it hangs, and works again', async () => {
    const log: string[] = [];
    await open({ watchdogMs: 200, onLog: (message) => log.push(message) });
    await works();
    process.kill(detectorsOf()[0], 'SIGSTOP');
    await assert.rejects(
      detector!.detect(pixelPicture(1)),
      (error: Error) => error instanceof DetectorFailedError && /no answer within \d+ ms/.test(error.message),
    );
    await detector!.ready();
    await works();
    assert.equal(log.length, 1);
  });

  itNeeds(needs, 'leaves the other hosts of a pool at work', async () => {
    await open({ hosts: 2 });
    const [pid] = detectorsOf();
    process.kill(pid, 'SIGSTOP');
    const both = [detector!.detect(pixelPicture(1)), detector!.detect(pixelPicture(1))];
    process.kill(pid, 'SIGKILL');
    const outcomes = await Promise.allSettled(both);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await detector!.ready();
    await works();
  });

  itNeeds(needs, 'leaves no process, descriptor or listener behind over 50 restarts', async () => {
    await open();
    const listeners = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const restart = async (): Promise<void> => {
      const [pid] = detectorsOf();
      process.kill(pid, 'SIGSTOP');
      const lost = detector!.detect(pixelPicture(1));
      process.kill(pid, 'SIGKILL');
      await assert.rejects(lost, DetectorFailedError);
      await detector!.ready();
      await works();
    };
    await restart();
    const before = { descriptors: openDescriptors(), listeners: listeners(), detectors: detectorsOf().length };
    for (let i = 0; i < 50; i++) await restart();
    assert.deepEqual(
      { descriptors: openDescriptors(), listeners: listeners(), detectors: detectorsOf().length },
      before,
    );
    await detector!.close();
    assert.deepEqual(detectorsOf(), []);
  });

  itNeeds(needs, "survives a failed run: the frame is lost, with the runtime's message", async () => {
    const model = join(folder.path, 'faulty.onnx');
    writeFileSync(model, serializeOnnx(faultyModel()));
    await open({ model });
    await works();
    await assert.rejects(
      detector!.detect(pixelPicture(255)),
      (error: Error) => error instanceof DetectorFailedError && error.message.includes('Gather'),
    );
    await detector!.ready();
    await works();
  });

  itNeeds(needs, 'reports a process that dies while it opens the model', async () => {
    const opening = open();
    opening.catch(() => undefined);
    await eventually(() => detectorsOf().length === 1);
    process.kill(detectorsOf()[0], 'SIGKILL');
    await assert.rejects(
      opening,
      (error: Error) => error instanceof DetectorFailedError && error.message.includes('SIGKILL'),
    );
    assert.deepEqual(detectorsOf(), []);
  });

  itNeeds(needs, 'ends when its parent is killed', async () => {
    const parent = fork(fileURLToPath(new URL('./doomed-parent.js', import.meta.url)), [folder.path]);
    await once(parent, 'message');
    const orphans = detectorsOf(parent.pid);
    assert.equal(orphans.length, 1);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    await eventually(() => !orphans.some(isAlive));
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    itNeeds(needs, `leaves ${signal} to its parent`, async () => {
      await open();
      const [pid] = detectorsOf();
      process.kill(pid, signal);
      await works();
      assert.deepEqual(detectorsOf(), [pid]);
    });
  }

  itNeeds(needs, 'has exited when close resolves, even during a run', async () => {
    await open();
    const underWay = [1, 2].map((mark) => detector!.detect(pixelPicture(mark)));
    const outcomes = Promise.allSettled(underWay);
    await detector!.close();
    assert.deepEqual(detectorsOf(), []);
    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected')
        assert.equal((outcome.reason as { code: string }).code, 'NOWCAST_DETECTOR_CLOSED');
    }
  });

  itNeeds(needs, 'is killed if it does not close', async () => {
    await open();
    process.kill(detectorsOf()[0], 'SIGSTOP');
    await detector!.close();
    assert.deepEqual(detectorsOf(), []);
  });

  it('closes twice, and refuses to detect afterwards', async () => {
    await open();
    await Promise.all([detector!.close(), detector!.close()]);
    await detector!.close();
    await assert.rejects(detector!.detect(pixelPicture(1)), { code: 'NOWCAST_DETECTOR_CLOSED' });
    await assert.rejects(detector!.ready(), { code: 'NOWCAST_DETECTOR_CLOSED' });
  });
});
