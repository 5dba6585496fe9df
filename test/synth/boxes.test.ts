import { createCanvas } from '@napi-rs/canvas';
import assert from 'node:assert/strict';
import { boxIou, type Box } from '../../src/core/box.js';
import { annotate, MIN_VISIBLE_SHARE } from '../../synth/annotate.js';
import { atmosphereOf } from '../../synth/atmosphere.js';
import { SYNTH_CLASSES } from '../../synth/classes.js';
import { drawFigures } from '../../synth/draw/figures.js';
import { boundsOf, type Figure } from '../../synth/figure.js';
import type { Scene } from '../../synth/scene.js';
import { scenesOf, SMALL } from './drives.js';

/** Spokes and limbs far away are thinner than a pixel, hence pale. */
const FAINT = 40;

const canvas = createCanvas(SMALL.width, SMALL.height);
/** Objects of a class that are compared in each scene. */
const OF_A_CLASS = 2;

/** The visible part of a figure drawn alone, white on black. */
function drawnBounds(figure: Figure, { conditions }: Scene): Box | undefined {
  const { width, height } = SMALL;
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, width, height);
  const white = {
    ...figure,
    glows: [],
    shapes: figure.shapes.map((shape) => ({ ...shape, paint: { color: 0xffffff, shade: 1, glows: true } })),
  };
  drawFigures(context, SMALL, [{ ...white, depth: 0 }], atmosphereOf(conditions), () => undefined);
  const pixels = canvas.data();
  const bounds = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
  for (let i = 3, x = 0, y = 0; i < pixels.length; i += 4) {
    if (pixels[i] > FAINT) {
      bounds.x1 = Math.min(bounds.x1, x);
      bounds.x2 = Math.max(bounds.x2, x + 1);
      bounds.y1 = Math.min(bounds.y1, y);
      bounds.y2 = Math.max(bounds.y2, y + 1);
    }
    if (++x === width) [x, y] = [0, y + 1];
  }
  return bounds.x1 > bounds.x2 ? undefined : bounds;
}

const distance = (a: Box, b: Box): number =>
  Math.max(Math.abs(a.x1 - b.x1), Math.abs(a.y1 - b.y1), Math.abs(a.x2 - b.x2), Math.abs(a.y2 - b.y2));

describe('Boxes of a synthetic drive', () => {
  const scenes = [1, 2, 3, 4].flatMap((seed) =>
    scenesOf({ seed, conditions: { weather: 'clear' } }, 91).filter(({ index }) => index % 30 === 0),
  );

  it('bound the drawing of each unhidden object, to 2 pixels', () => {
    const compared = new Set<string>();
    for (const scene of scenes) {
      const ofClass = SYNTH_CLASSES.map(() => 0);
      for (const { trackId, classId } of annotate(scene)) {
        if (++ofClass[classId] > OF_A_CLASS) continue;
        const figure = scene.figures.find(({ identity }) => identity?.trackId === trackId)!;
        const [annotation] = annotate({ ...scene, figures: [figure] });
        const drawn = drawnBounds(figure, scene);
        const { x1, y1, x2, y2 } = annotation.box;
        // A steep edge that the picture cuts leaves a sliver, thinner than a cell.
        const isCut = x1 === 0 || y1 === 0 || x2 === SMALL.width || y2 === SMALL.height;
        assert.ok(
          drawn !== undefined && (isCut ? boxIou(annotation.box, drawn) > 0.85 : distance(annotation.box, drawn) <= 2),
          `${SYNTH_CLASSES[annotation.classId]} ${annotation.trackId}: box ${JSON.stringify(annotation.box)}, drawn ${JSON.stringify(drawn)}`,
        );
        compared.add(SYNTH_CLASSES[annotation.classId]);
      }
    }
    assert.deepEqual([...compared].sort(), [...SYNTH_CLASSES].sort());
  });

  it('lie within the picture and are not empty', () => {
    for (const scene of scenes) {
      for (const { box, visibleShare } of annotate(scene)) {
        assert.ok(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= SMALL.width && box.y2 <= SMALL.height, JSON.stringify(box));
        assert.ok(box.x2 > box.x1 && box.y2 > box.y1, JSON.stringify(box));
        assert.ok(visibleShare >= MIN_VISIBLE_SHARE && visibleShare <= 1);
      }
    }
  });

  it('never reach beyond the object, even if it is hidden', () => {
    for (const scene of scenes) {
      const whole = new Map(scene.figures.map(({ identity, shapes }) => [identity?.trackId, boundsOf(shapes)!]));
      for (const { box, trackId } of annotate(scene)) {
        const { x1, y1, x2, y2 } = whole.get(trackId)!;
        assert.ok(box.x1 >= x1 - 1 && box.y1 >= y1 - 1 && box.x2 <= x2 + 1 && box.y2 <= y2 + 1, `object ${trackId}`);
      }
    }
  });
});

describe('Occlusion in a synthetic drive', () => {
  const [scene] = scenesOf({ seed: 1, conditions: { weather: 'clear' } }, 1);
  const square = (x1: number, y1: number, x2: number, y2: number, depth: number, trackId?: number): Figure => ({
    depth,
    glows: [],
    ...(trackId !== undefined && { identity: { trackId, classId: 2 } }),
    shapes: [
      { kind: 'polygon', points: [x1, y1, x2, y1, x2, y2, x1, y2], paint: { color: 0, shade: 1 }, isDetail: false },
    ],
  });
  const annotated = (...figures: Figure[]) => annotate({ ...scene, figures });

  it('reduces the box to the part visible beside a nearer figure', () => {
    const [{ box, visibleShare }] = annotated(square(100, 100, 200, 150, 20, 1), square(160, 50, 300, 200, 10));
    assert.deepEqual(box, { x1: 100, y1: 100, x2: 160, y2: 150 });
    assert.ok(Math.abs(visibleShare - 0.6) < 0.01);
  });

  it('leaves the box whole when only its middle is hidden', () => {
    const [{ box, visibleShare }] = annotated(square(100, 100, 200, 150, 20, 1), square(140, 50, 160, 200, 10));
    assert.deepEqual(box, { x1: 100, y1: 100, x2: 200, y2: 150 });
    assert.ok(Math.abs(visibleShare - 0.8) < 0.01);
  });

  it('removes the box if too little is visible', () => {
    assert.deepEqual(annotated(square(100, 100, 200, 150, 20, 1), square(120, 50, 300, 200, 10)), []);
  });

  it('counts parts outside the picture as hidden', () => {
    const [{ box, visibleShare }] = annotated(square(-50, 100, 50, 150, 20, 1));
    assert.deepEqual(box, { x1: 0, y1: 100, x2: 50, y2: 150 });
    assert.ok(Math.abs(visibleShare - 0.5) < 0.01);
    assert.deepEqual(annotated(square(-80, 100, 20, 150, 20, 1)), []);
  });

  it('hides nothing behind farther objects', () => {
    const [{ box }] = annotated(square(150, 50, 300, 200, 30), square(100, 100, 200, 150, 20, 1));
    assert.deepEqual(box, { x1: 100, y1: 100, x2: 200, y2: 150 });
  });
});
