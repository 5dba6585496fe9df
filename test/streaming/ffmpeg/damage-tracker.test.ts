import assert from 'node:assert/strict';
import { DamageTracker, type DecoderTraits, type Verdict } from '../../../src/streaming/ffmpeg/damage-tracker.js';

const H264: DecoderTraits = { codec: 'h264', marksDamage: true, inOrder: false, hasSegments: false };

type Step = (tracker: DamageTracker) => Verdict | undefined;

/** Packets in the order of decoding, by the time at which they are shown. */
const packets =
  (...times: readonly number[]): Step =>
  (tracker) => {
    for (const time of times) packet(time)(tracker);
    return undefined;
  };
const packet =
  (time: number, dts = time): Step =>
  (tracker) => {
    tracker.packet({ pts: String(time), dts: String(dts), demuxedDts: String(dts + 1000) });
    return undefined;
  };
const picture =
  (type: 'I' | 'P' | 'B', time: number, isKey = type === 'I'): Step =>
  (tracker) =>
    tracker.decoded({ pts: String(time), isKey, type });
const says =
  (say: (tracker: DamageTracker) => void): Step =>
  (tracker) => {
    say(tracker);
    return undefined;
  };
const marked = says((tracker) => tracker.marked());
const headers = says((tracker) => tracker.complained('headers'));
const pixels = says((tracker) => tracker.complained('pixels'));
const suspected = (dts: number): Step => says((tracker) => tracker.suspected(String(dts + 1000)));
const [I, P, B] = (['I', 'P', 'B'] as const).map((type) => (time: number) => picture(type, time));

/** Gives + for each sound picture, x for each damaged one, ? for one that is not decided, in the order of showing. */
function judged(steps: readonly Step[], traits: DecoderTraits = H264): string {
  const tracker = new DamageTracker(traits);
  const verdicts = steps.flatMap((step) => step(tracker) ?? []);
  return verdicts.map(({ isDamaged }) => (isDamaged === undefined ? '?' : isDamaged ? 'x' : '+')).join('');
}

describe('DamageTracker', () => {
  it('spoils the marked picture and all that are decoded after it, up to a key picture', () => {
    assert.equal(judged([packets(0, 1, 2, 3, 4, 5), I(0), P(1), marked, P(2), P(3), I(4), P(5)]), '++xx++');
  });

  it('keeps pictures that are shown after the marked one and were decoded before it', () => {
    // B 1 is marked: P 3 was decoded before it.
    assert.equal(judged([packets(0, 3, 1, 2), I(0), marked, B(1), B(2), P(3)]), '+xx+');
  });

  it('spoils leading pictures of a key picture, whose references are before it', () => {
    assert.equal(judged([packets(0, 1, 4, 2, 3, 5), I(0), marked, P(1), B(2), B(3), I(4), P(5)]), '+xxx++');
  });

  it('does not trust a key picture that is marked', () => {
    assert.equal(judged([packets(0, 1, 2, 3), I(0), marked, I(1), P(2), I(3)]), '+xx+');
  });

  it('waits with B-pictures for the mark of a picture that was decoded before them', () => {
    const steps = [packets(0, 3, 1), I(0), pixels, packets(2), B(1)];
    assert.equal(judged(steps), '+?');
    assert.equal(judged([...steps, B(2), marked, P(3)]), '+xxx');
    assert.equal(judged([...steps, B(2), P(3)]), '++++');
  });

  it('decides against what cannot wait any longer', () => {
    assert.equal(judged([packets(0, 3, 1), I(0), pixels, B(1), says((tracker) => tracker.settle())]), '+x');
  });

  it('decides about the oldest picture alone if only that one cannot wait', () => {
    const steps = [packets(0, 3, 1), I(0), pixels, packets(2), B(1), B(2), says((tracker) => tracker.settleFirst())];
    assert.equal(judged(steps), '+x?');
  });

  describe('with a picture that the decoder filled in', () => {
    const concealed = (type: 'I' | 'P' | 'B'): Step => says((tracker) => tracker.concealed(type));

    it('takes it as damaged even if ffmpeg does not mark it', () =>
      assert.equal(judged([packets(0, 1), I(0), concealed('P'), P(1), packets(2, 3), P(2), I(3)]), '+xx+'));

    it('waits for the mark, and clears the others of its type when it comes', () => {
      const steps = [packets(0, 1, 2), I(0), concealed('P'), P(1)];
      assert.equal(judged(steps), '+?');
      assert.equal(judged([...steps, marked, P(2)]), '++x');
      assert.equal(judged([...steps, P(2)]), '+xx', 'without a mark, it may be either');
    });

    it('is not content with the mark of a picture of another type', () =>
      assert.equal(judged([packets(0, 3, 1), I(0), concealed('P'), marked, B(1), P(3)]), '+xx'));

    it('blames no other picture if a packet is known to be incomplete', () =>
      assert.equal(judged([suspected(2), packets(0, 1, 2, 3), I(0), concealed('P'), P(1), P(2), P(3)]), '++xx'));

    it('waits with pictures that may be built on it', () => {
      const steps = [packets(0, 3, 1), I(0), concealed('P'), B(1)];
      assert.equal(judged(steps), '+?');
      assert.equal(judged([...steps, marked, P(3)]), '+xx');
    });

    it('spares pictures that were decoded before it', () =>
      assert.equal(judged([packets(0, 3, 1), I(0), concealed('B'), B(1), P(3)]), '+x+'));
  });

  it('spoils nothing that is built on a B-picture of MPEG-2', () => {
    assert.equal(
      judged([packets(0, 2, 1, 3), I(0), marked, B(1), P(2), P(3)], { ...H264, codec: 'mpeg2video' }),
      '+x++',
    );
  });

  describe('with a packet that the demuxer suspects', () => {
    it('takes whole segments that follow each other as sound', () => {
      assert.equal(judged([suspected(1), packets(0, 1, 2, 3), I(0), P(1), I(2), P(3)]), '++++');
    });

    it('takes segments whose times overlap by some pictures as sound', () => {
      const steps = [packets(0, 1), packet(4, 2), suspected(3), packet(3, 3), packet(3, 2), packet(5, 3), packet(4, 4)];
      assert.equal(judged([...steps, I(0), P(1), B(3), P(4), I(3), B(4), P(5)]), '+++++++');
    });

    it('takes a segment as sound whose break was met before the decoding began', () => {
      const steps = [packets(0), says((tracker) => tracker.suspectedNext()), packets(1, 2, 3, 4), I(0), P(1), P(2)];
      assert.equal(judged([...steps, I(3), P(4)]), '+++++');
      assert.equal(judged([...steps, P(3), I(4)]), '+xxx+');
    });

    it('waits until the next picture tells', () => {
      assert.equal(judged([suspected(1), packets(0, 1, 2, 3), I(0), P(1)]), '+?');
    });

    it('takes it as damaged where the next picture is built on it', () => {
      assert.equal(judged([suspected(1), packets(0, 1, 2, 3), I(0), P(1), P(2), I(3)]), '+xx+');
    });

    it('takes it as damaged where pictures are missing before the next segment', () => {
      const steps = [suspected(1), packets(0, 1, 4, 5), I(0), P(1), I(4), P(5)];
      assert.equal(judged(steps), '+x++');
      assert.equal(judged(steps, { ...H264, hasSegments: true }), '++++', 'a playlist leaves segments out');
    });

    it('spoils what follows where the packet did not come at all', () => {
      assert.equal(judged([packets(0, 1), suspected(2), packets(3, 4), I(0), P(1), P(3), I(4)]), '+xx+');
    });
  });

  describe('with a missing reference', () => {
    it('spoils from the packet before the newest one, which may have begun already', () => {
      assert.equal(judged([packets(0, 1, 2, 3, 4), headers, I(0), P(1), P(2), P(3), P(4)]), '+++xx');
      assert.equal(
        judged([packets(0, 1, 2, 3, 4), headers, I(0), P(1), P(2), P(3), P(4)], { ...H264, inOrder: true }),
        '++++x',
      );
    });

    it('trusts the first key picture of a stream that was joined in the middle', () => {
      assert.equal(judged([packets(0, 1), headers, packets(2, 3), I(2), P(3)]), '++');
    });

    it('finds the picture that the decoder failed to return', () => {
      const failed = says((tracker) => tracker.failed());
      assert.equal(judged([packets(0, 1, 2, 3, 4), failed, I(0), P(1), P(3), P(4)]), '++xx');
    });

    it('misses no picture that a trimmed file leaves out, without a complaint', () => {
      assert.equal(judged([packets(0, 1, 2, 3), I(0), P(2), P(3)]), '+++');
    });
  });

  it('spoils pictures of an ffmpeg that marks none by its complaints', () => {
    const traits = { ...H264, marksDamage: false, inOrder: true };
    assert.equal(
      judged([packets(0), I(0), packets(1), pixels, P(1), packets(2), P(2), packets(3), I(3)], traits),
      '+xx+',
    );
  });

  it('takes a gradual refresh as complete where the next one begins', () => {
    const refresh = (time: number): Step => picture('P', time, true);
    assert.equal(judged([packets(0, 1, 2, 3, 4, 5), I(0), marked, P(1), refresh(2), P(3), refresh(4), P(5)]), '+xxx++');
  });

  it('trusts a stream without further key pictures again after 300 pictures', () => {
    const rest = Array.from({ length: 302 }, (_, i) => [packet(i + 2), P(i + 2)]).flat();
    assert.equal(judged([packets(0, 1), I(0), marked, P(1), ...rest]), '+' + 'x'.repeat(300) + '+++');
  });

  it('asks for a key picture where the stream has shown two', () => {
    const rest = Array.from({ length: 400 }, (_, i) => [packet(i + 3), P(i + 3)]).flat();
    assert.equal(judged([packets(0, 1, 2), I(0), I(1), marked, P(2), ...rest]), '++' + 'x'.repeat(401));
  });

  it('knows pictures without times by their turn', () => {
    const untimed: Step = (tracker) => {
      tracker.packet({ pts: 'NOPTS', dts: 'NOPTS', demuxedDts: 'NOPTS' });
      return undefined;
    };
    const shown =
      (type: 'I' | 'P'): Step =>
      (tracker) =>
        tracker.decoded({ pts: 'NOPTS', isKey: type === 'I', type });
    assert.equal(
      judged([untimed, shown('I'), untimed, marked, shown('P'), untimed, shown('P'), untimed, shown('I')]),
      '+xx+',
    );
  });

  it('tells that the stream ended with an incomplete packet', () => {
    const tracker = new DamageTracker(H264);
    suspected(1)(tracker);
    packets(0, 1)(tracker);
    assert.equal(tracker.endsSuspect, true);
    packets(2)(tracker);
    assert.equal(tracker.endsSuspect, false);
  });
});
