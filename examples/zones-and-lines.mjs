// Objects in a zone and across a line, counted by the operator `scene`.
import {
  createPipeline,
  defineDetector,
  isSceneEvent,
  letterbox,
  memorySource,
  monotonicClock as clock,
  scene,
  sceneRules,
  trackerByName,
} from 'nowcast';

/** Points are fractions of the picture. The zone is its left half; the line leads down through its middle. */
const RULES = sceneRules({
  zones: {
    drive: {
      points: [
        [0, 0.25],
        [0.5, 0.25],
        [0.5, 0.75],
        [0, 0.75],
      ],
    },
  },
  lines: {
    gate: {
      points: [
        [0.47, 0],
        [0.47, 1],
      ],
      toLeft: 'leaves the drive',
      toRight: 'enters the drive',
    },
  },
});

/** A stand-in for a model that knows where its object is: the object moves 8 pixels per frame. */
const SIZE = { width: 320, height: 240 };
const INPUT = { width: 64, height: 64 };
const detector = defineDetector({
  name: 'known-object',
  input: INPUT,
  classNames: ['car'],
  detect: ({ image }) => [
    { box: { x1: 8 * image[0], y1: 100, x2: 8 * image[0] + 40, y2: 140 }, score: 0.9, classId: 0 },
  ],
});
const pictures = Array.from({ length: 36 }, (_, i) => ({
  size: SIZE,
  fit: letterbox(SIZE, INPUT),
  image: new Uint8Array(3 * 64 * 64).fill(i),
}));

createPipeline({
  sources: [memorySource(pictures, { streamId: 'road', fps: 30, clock })],
  detector,
  clock,
  tracker: trackerByName('nowcast'),
})
  .pipe(scene(RULES))
  .subscribe({
    next: (event) => {
      if (!isSceneEvent(event)) return;
      if (event.type === 'object') console.log(`${event.className} ${event.trackId}: ${event.phase}, ${event.why}`);
      if (event.type === 'crossing') console.log(`${event.className} crossed the ${event.line}: ${event.direction}`);
      if (event.type === 'count')
        for (const { zone = 'picture', className, present } of event.counts)
          console.log(`  in the ${zone}: ${present} ${className}`);
    },
    error: (error) => console.error(error.message),
  })
  .add(() => detector.close());
