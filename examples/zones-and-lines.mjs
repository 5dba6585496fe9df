// Objects in a zone and across a line: plain geometry on tracked objects.
import {
  createPipeline,
  defineDetector,
  letterbox,
  memorySource,
  monotonicClock as clock,
  trackerByName,
} from 'nowcast';

/** A zone as the corners of a polygon, a line as two points, both in pixels of the source. */
const ZONE = [
  [0, 60],
  [160, 60],
  [160, 180],
  [0, 180],
];
const LINE = [
  [150, 0],
  [150, 240],
];

/** Where an object stands: the middle of its box's lower edge. */
const footOf = ({ x1, x2, y2 }) => [(x1 + x2) / 2, y2];

/** Counts the edges of the polygon to the right of the point: an odd number means inside. */
function isInside([x, y], polygon) {
  let inside = false;
  polygon.forEach(([x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}

/** Which side of a line a point is on: 1 or -1, 0 on the line itself. */
const sideOf = ([x, y], [[x1, y1], [x2, y2]]) => Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));

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
const pictures = Array.from({ length: 30 }, (_, i) => ({
  size: SIZE,
  fit: letterbox(SIZE, INPUT),
  image: new Uint8Array(3 * 64 * 64).fill(i),
}));

const inZone = new Set();
const sides = new Map();
let crossings = 0;
createPipeline({
  sources: [memorySource(pictures, { streamId: 'road', fps: 30, clock })],
  detector,
  clock,
  tracker: trackerByName('nowcast'),
})
  .subscribe({
    next: (event) => {
      if (event.type !== 'percept') return;
      for (const { box, trackId } of event.detections) {
        // Not yet sure to be an object.
        if (trackId === undefined) continue;
        const foot = footOf(box);
        if (isInside(foot, ZONE) && !inZone.has(trackId)) {
          inZone.add(trackId);
          console.log(`object ${trackId} entered the zone`);
        } else if (!isInside(foot, ZONE) && inZone.delete(trackId)) {
          console.log(`object ${trackId} left the zone`);
        }
        const side = sideOf(foot, LINE);
        if (side !== 0 && sides.get(trackId) === -side) crossings += 1;
        if (side !== 0) sides.set(trackId, side);
      }
    },
    error: (error) => console.error(error.message),
    complete: () => console.log(`${crossings} crossed the line`),
  })
  .add(() => detector.close());
