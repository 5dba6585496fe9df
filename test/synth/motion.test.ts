import assert from 'node:assert/strict';
import { annotate } from '../../synth/annotate.js';
import { SYNTH_CLASSES } from '../../synth/classes.js';
import { boundsOf } from '../../synth/figure.js';
import { scenesOf, SMALL } from './drives.js';

describe('Objects of a synthetic drive', () => {
  const drives = [3, 4, 12, 14].map((seed) => scenesOf({ seed }, 120));

  it('keep their track id and class from frame to frame', () => {
    for (const scenes of drives) {
      const classOf = new Map<number, number>();
      let [kept, seen] = [0, 0];
      let before = new Set<number>();
      for (const scene of scenes) {
        const ids = annotate(scene).map(({ trackId, classId }) => {
          assert.equal(classOf.get(trackId) ?? classId, classId, `object ${trackId} changed its class`);
          classOf.set(trackId, classId);
          return trackId;
        });
        assert.equal(new Set(ids).size, ids.length, 'two objects with one track id');
        seen += before.size;
        kept += ids.filter((id) => before.has(id)).length;
        before = new Set(ids);
      }
      assert.ok(kept > 0.95 * seen, `${kept} of ${seen} objects are there in the next frame`);
    }
  });

  it('move smoothly, far from the edges', () => {
    for (const scenes of drives) {
      const middles = scenes.map(
        (scene) =>
          new Map(
            scene.figures
              .filter(({ identity, depth }) => identity !== undefined && depth > 8)
              .map(({ identity, shapes }) => {
                const { x1, x2, y1, y2 } = boundsOf(shapes)!;
                return [identity!.trackId, { x: (x1 + x2) / 2, y: (y1 + y2) / 2, size: Math.hypot(x2 - x1, y2 - y1) }];
              }),
          ),
      );
      for (let i = 2; i < middles.length; i++) {
        for (const [id, now] of middles[i]) {
          const [a, b] = [middles[i - 2].get(id), middles[i - 1].get(id)];
          if (a === undefined || b === undefined || now.x < 0 || now.x > SMALL.width) continue;
          const jerk = Math.hypot(now.x - 2 * b.x + a.x, now.y - 2 * b.y + a.y);
          assert.ok(jerk < 2 + 0.08 * now.size, `object ${id} jumps by ${jerk.toFixed(1)} px in frame ${i}`);
        }
      }
    }
  });

  it('are of all eight classes over a few drives', () => {
    const seen = new Set(
      drives.flatMap((scenes) =>
        [0, 30, 60, 90, 119].flatMap((i) => annotate(scenes[i]).map(({ classId }) => SYNTH_CLASSES[classId])),
      ),
    );
    assert.deepEqual([...seen].sort(), [...SYNTH_CLASSES].sort());
  });

  it('appear only far away, at the edges, or from behind others', () => {
    for (const scenes of drives) {
      const known = new Set(scenes[0].figures.map(({ identity }) => identity?.trackId));
      for (const { figures } of scenes.slice(1)) {
        for (const { identity, depth, shapes } of figures) {
          if (identity === undefined || known.has(identity.trackId)) continue;
          known.add(identity.trackId);
          const { x1, x2 } = boundsOf(shapes)!;
          const atEdge = x1 < 0.12 * SMALL.width || x2 > 0.88 * SMALL.width;
          assert.ok(
            depth > 60 || atEdge,
            `object ${identity.trackId} (${SYNTH_CLASSES[identity.classId]}) appears ${depth.toFixed(0)} m ahead at ${x1.toFixed(0)}-${x2.toFixed(0)}`,
          );
        }
      }
    }
  });

  it('stay in view at every frame rate: the camera does not swing off', () => {
    for (const fps of [1, 2, 5, 240]) {
      for (const seed of [5, 11]) {
        const horizons = scenesOf({ seed, fps }, 12).map(({ camera }) => camera.horizonY / SMALL.height);
        assert.ok(
          horizons.every((share) => share > 0.3 && share < 0.6),
          `at ${fps} frames/s the horizon is at ${String(horizons)}`,
        );
      }
    }
  });

  it('do not drive through each other', () => {
    for (const scenes of drives) {
      for (const { shadows } of scenes) {
        const moving = shadows.filter(({ halfLength }) => halfLength > 1.5);
        for (const [i, a] of moving.entries()) {
          for (const b of moving.slice(i + 1)) {
            const apart = Math.hypot(a.x - b.x, a.z - b.z);
            assert.ok(apart > Math.min(a.halfWidth, b.halfWidth), `two vehicles ${apart.toFixed(2)} m apart`);
          }
        }
      }
    }
  });
});
