// The library in CommonJS: `require` loads ES modules from Node 20.19 on. Otherwise the same as own-detector.mjs.
const { createPipeline, defineDetector, letterbox, memorySource, monotonicClock: clock, toSource } = require('nowcast');

const INPUT = { width: 64, height: 64 };
const SIZE = { width: 640, height: 640 };

const detector = defineDetector({
  name: 'brightest-spot',
  input: INPUT,
  classNames: ['spot'],
  /** The picture's three planes, B, G and R, are fitted to `input`; return boxes in pixels of the source. */
  detect({ image, fit }) {
    let brightest = 0;
    for (let i = 0; i < INPUT.width * INPUT.height; i++) if (image[i] > image[brightest]) brightest = i;
    const x = brightest % INPUT.width;
    const y = Math.floor(brightest / INPUT.width);
    const box = toSource({ x1: x, y1: y, x2: x + 1, y2: y + 1 }, fit);
    return [{ box, score: image[brightest] / 255, classId: 0 }];
  },
});

/** Ten pictures that lie in memory; one pixel of the detector's input is bright. */
const pictures = Array.from({ length: 10 }, (_, i) => {
  const image = new Uint8Array(3 * INPUT.width * INPUT.height);
  image[32 * INPUT.width + i] = 255;
  return { size: SIZE, fit: letterbox(SIZE, INPUT), image };
});

const source = memorySource(pictures, { streamId: 'memory', fps: 30, clock });
createPipeline({ sources: [source], detector, clock })
  .subscribe({
    next: (event) => {
      if (event.type === 'percept')
        console.log(`frame ${event.seq}: spot at ${event.detections[0].box.x1}, ${event.detections[0].box.y1}`);
    },
    error: (error) => console.error(error.message),
  })
  .add(() => detector.close());
