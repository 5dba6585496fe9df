// A schedule of your own: at most five frames a second, and none at night. Usage: node own-policy.mjs [RECORDING]
import { take } from 'rxjs';
import {
  createPipeline,
  createRecorder,
  hostFacts,
  Measurements,
  monotonicClock as clock,
  openDetector,
  openSource,
  runHeader,
  writeTo,
} from 'nowcast';

const [recordingPath = 'run.jsonl'] = process.argv.slice(2);
const EVENTS = 60;

/** A policy is a pure function of its input and its memory. It reads no clock. */
const fiveASecond = {
  name: 'five-a-second',
  // The memory of each stream before its first frame.
  initial: { isNight: false },
  decide({ seq, lastRunSeq, intervalMs }, memory) {
    if (memory.isNight) return { decision: 'drop', reason: 'night', memory };
    const sinceLastRunMs = (seq - lastRunSeq) * intervalMs;
    if (lastRunSeq >= 0 && sinceLastRunMs < 200) return { decision: 'drop', reason: 'too soon', memory };
    return { decision: 'run', memory };
  },
};

const detector = await openDetector('nowcast-nano');
const source = await openSource('demo:7', { input: detector.info.input, streamId: 'street' });
const header = runHeader(detector.info, clock, {
  streams: ['street'],
  config: { policy: fiveASecond.name },
  host: hostFacts(),
});
const recorder = createRecorder(recordingPath, header, (error) => console.error(error.message));

const measurements = new Measurements();
createPipeline({ sources: [source], detector, clock, policy: fiveASecond, measurements })
  .pipe(
    // A custom sink goes here, too; its errors name it.
    writeTo('recording', (event) => recorder.write(event)),
    take(EVENTS),
  )
  .subscribe({
    error: (error) => console.error(error.message),
    complete: () => {
      const { percepts, drops } = measurements.total();
      console.log(`${percepts} percepts, ${drops['policy:too soon'] ?? 0} frames too soon`);
    },
  })
  .add(async () => {
    await recorder.close();
    await detector.close();
  });
