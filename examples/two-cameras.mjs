// Two streams that share one detector. Usage: node two-cameras.mjs rtsp://user:password@one/stream rtsp://two/stream
// Without addresses, two drawn streets take the place of the cameras.
import { take } from 'rxjs';
import {
  createPipeline,
  Measurements,
  monotonicClock as clock,
  openDetector,
  openSource,
  trackerByName,
} from 'nowcast';

const [first = 'demo:1', second = 'demo:2'] = process.argv.slice(2);
const EVENTS = 120;

const detector = await openDetector('nowcast-nano');
const { input } = detector.info;
// Each source has its own streamId, which every event states.
const sources = [
  await openSource(first, { input, streamId: 'front' }),
  await openSource(second, { input, streamId: 'back' }),
];

// The stream whose result is stalest goes first, so that neither camera starves.
const measurements = new Measurements();
createPipeline({
  sources,
  detector,
  clock,
  latencyBudgetMs: 150,
  tracker: trackerByName('nowcast'),
  forecast: true,
  measurements,
})
  .pipe(take(EVENTS))
  .subscribe({
    next: (event) => {
      if (event.type === 'status') console.error(event.streamId, event.state, event.message ?? '');
    },
    error: (error) => console.error(error.message),
    complete: () => {
      for (const [streamId, { percepts, received }] of Object.entries(measurements.snapshot().streams))
        console.log(`${streamId}: ${percepts} percepts of ${received} frames`);
    },
  })
  .add(() => detector.close());
