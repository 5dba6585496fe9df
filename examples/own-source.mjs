// Pictures from your own code: here a timer takes the place of a camera's SDK that calls back with RGB bytes.
import { createPipeline, monotonicClock as clock, openDetector, pushSource } from 'nowcast';

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 60;

const detector = await openDetector('nowcast-nano');
const source = pushSource({ streamId: 'belt', width: WIDTH, height: HEIGHT, input: detector.info.input, clock });

/** A grey picture with a white square that moves to the right: three bytes a pixel, row by row. */
function draw(index) {
  const rgb = Buffer.alloc(3 * WIDTH * HEIGHT, 90);
  for (let y = 160; y < 200; y++) rgb.fill(255, 3 * (y * WIDTH + 8 * index), 3 * (y * WIDTH + 8 * index + 40));
  return rgb;
}

let percepts = 0;
let drops = 0;
createPipeline({ sources: [source.events], detector, clock, latencyBudgetMs: 200 })
  .subscribe({
    next: (event) => {
      if (event.type === 'percept') percepts += 1;
      if (event.type === 'drop') drops += 1;
    },
    // Errors of the detector and of the source arrive here, with the name of the failed part.
    error: (error) => console.error(error.message),
    complete: () => console.log(`${percepts} percepts and ${drops} drops of ${FRAMES} pictures`),
  })
  .add(() => detector.close());

let pushed = 0;
const timer = setInterval(() => {
  // Without `capturedAtMs`, the capture time is the moment of the push. The bytes must not change until the promise
  // resolves.
  void source.push(draw(pushed), { capturedAtMs: clock.now(), uncertaintyMs: 5 });
  pushed += 1;
  if (pushed < FRAMES) return;
  clearInterval(timer);
  source.end();
}, 1000 / 30);
