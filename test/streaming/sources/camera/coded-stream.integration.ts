import assert from 'node:assert/strict';
import { asyncScheduler } from 'rxjs';
import { askUntil } from '../../../helpers/ask-until.js';
import type { UnitFollower } from '../../../../src/streaming/originals/answer.js';
import { CodedStream, type CodedStreamState } from '../../../../src/streaming/sources/camera/coded-stream.js';
import { probeEndpoint } from '../../../../src/streaming/sources/camera/connection/endpoint-probe.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';
import { PacedCamera } from '../../../helpers/paced-camera/index.js';

/** A follower whose events can be waited for. */
class Seen implements UnitFollower {
  units = 0;
  keys = 0;
  readonly none: string[] = [];
  #wake = (): void => undefined;

  readonly onUnit: UnitFollower['onUnit'] = ({ isKey }) => {
    this.units += 1;
    if (isKey) this.keys += 1;
    this.#wake();
  };

  readonly onNone: UnitFollower['onNone'] = (why) => {
    this.none.push(why);
    this.#wake();
  };

  async until(isSo: (seen: Seen) => boolean): Promise<void> {
    while (!isSo(this)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

describe('a stream that is not decoded', function () {
  this.timeout(60_000);
  let camera: PacedCamera | undefined;
  let stream: CodedStream | undefined;
  afterEach(async () => {
    await stream?.close();
    await camera?.kill();
  });

  const open = (url: string) => {
    const states: CodedStreamState[] = [];
    const counts = { passed: 0, 'before-key': 0, 'no-time': 0 };
    const losses: string[] = [];
    let onIdle = (): void => undefined;
    const opened = new CodedStream(url, {
      clock: monotonicClock,
      scheduler: asyncScheduler,
      transport: 'tcp',
      timeoutMs: 5000,
      firstFrameTimeoutMs: 20_000,
      snapshotIntervalMs: 1000,
      inputOptions: [],
      ladder: [{ delayMs: 50, times: Infinity }],
      probe: probeEndpoint,
      random: () => 0.5,
      limits: { keepMs: 10_000, maxBytes: 2 ** 25 },
      ptsMsOf: ({ ptsMs }) => ptsMs,
      onState: (state, _, loss) => {
        if (loss !== undefined) losses.push(loss);
        if (states.at(-1) !== state) states.push(state);
        if (state === 'idle') onIdle();
      },
      onPicture: (outcome) => (counts[outcome] += 1),
      onNotice: () => undefined,
    });
    stream = opened;
    return { opened, states, counts, losses, idle: () => new Promise<void>((resolve) => (onIdle = resolve)) };
  };

  itNeeds(NEEDS_FFMPEG, 'is connected once while somebody follows it, and not without', async () => {
    camera = await PacedCamera.start();
    const { opened, states, idle } = open(camera.urlWithPassword);
    assert.deepEqual([states, (await camera.facts()).openClients], [[], 0]);
    const [one, other] = [new Seen(), new Seen()];
    const leaveOne = opened.follow(one);
    await one.until(({ keys }) => keys > 0);
    const leaveOther = opened.follow(other);
    // Whoever comes later begins with the last key picture.
    assert.ok(other.keys === 1 && opened.since(0).length > 0);
    assert.equal((await camera.facts()).openClients, 1);
    leaveOne();
    await other.until(({ units }) => units > 3);
    const isIdle = idle();
    leaveOther();
    await isIdle;
    assert.deepEqual([states, opened.since(0)], [['connecting', 'streaming', 'idle'], []]);
    const again = new Seen();
    opened.follow(again);
    await again.until(({ keys }) => keys > 0);
    await opened.close();
    await askUntil(
      () => camera!.facts(),
      ({ openClients }) => openClients === 0,
    );
  });

  itNeeds(NEEDS_FFMPEG, 'says why it is away, and goes on when the camera is back', async () => {
    camera = await PacedCamera.start();
    const { opened, states, counts, losses } = open(camera.urlWithPassword);
    const seen = new Seen();
    opened.follow(seen);
    await seen.until(({ keys }) => keys > 0);
    const { port } = camera;
    await camera.kill();
    await seen.until(({ none }) => none.length > 0);
    const late = new Seen();
    opened.follow(late);
    assert.equal(late.none.length, 1);
    assert.doesNotMatch(seen.none.join(), /@/);
    camera = await PacedCamera.start({ port });
    const { keys } = late;
    await late.until((one) => one.keys > keys);
    assert.deepEqual(states.slice(0, 3), ['connecting', 'streaming', 'reconnecting']);
    assert.deepEqual([losses[0], counts.passed], ['ended', seen.units]);
    assert.equal(states.at(-1), 'streaming');
  });
});
