import assert from 'node:assert/strict';
import { chooseClasses } from '../../evaluation/choose-classes.js';
import { matchClasses } from '../../evaluation/class-mapping.js';
import { parseBoxes, type GroundTruth } from '../../evaluation/ground-truth.js';
import { DataError } from '../../src/core/errors.js';

/** Classes with ids from 1; `objects` are the ids of annotated ones. */
function truthOf(names: readonly string[], objects: readonly number[]): GroundTruth {
  return parseBoxes({
    categories: names.map((name, i) => ({ id: i + 1, name })),
    images: [{ id: 1 }],
    annotations: objects.map((category_id, i) => ({ id: i + 1, image_id: 1, category_id, bbox: [1, 2, 3, 4] })),
  });
}

describe('classes of a model and of annotations', () => {
  it('match by name, whatever its case and its separators', () => {
    const { mapping, warnings } = matchClasses(['Traffic_Light', 'dog'], truthOf(['dog', 'traffic light'], [1, 2]));
    assert.deepEqual([...mapping], [1, 0]);
    assert.deepEqual(warnings, []);
  });

  it('that do not match are named on both sides, with the flag that matches them', () => {
    const { warnings } = matchClasses(['person', 'car'], truthOf(['pedestrian', 'car'], [1, 1, 2]));
    assert.deepEqual(warnings, [
      'no class of the model is called "pedestrian"; their 2 objects count as not found: name the model\'s class with --map "pedestrian=person", or leave them out with --classes',
      'classes of the model that are not scored: person',
    ]);
  });

  it('without objects need no warning, because they have no AP', () =>
    assert.deepEqual(matchClasses(['car'], truthOf(['pedestrian', 'car'], [2])).warnings, []));

  it('match as --map says, also several to one', () => {
    const truth = chooseClasses(truthOf(['vehicle', 'person'], [1, 2]), {
      map: [
        ['vehicle', 'car'],
        ['1', 'truck'],
      ],
    });
    assert.deepEqual([...matchClasses(['car', 'person', 'truck', 'vehicle'], truth).mapping], [0, 1, 0, -1]);
  });

  it('with one name are told apart by their objects', () => {
    const { mapping, warnings } = matchClasses(['car'], truthOf(['Car', 'car'], [2]));
    assert.deepEqual([...mapping], [1]);
    assert.match(warnings.join('\n'), /"Car" \(id 1\) and "car" \(id 2\) stand for one class of the model; 2 is taken/);
    assert.throws(
      () => matchClasses(['car'], truthOf(['Car', 'car'], [1, 2])),
      (error) =>
        error instanceof DataError && /all have objects; rename one, or choose one by its id/.test(error.message),
    );
    const chosen = chooseClasses(truthOf(['Car', 'car'], [1, 2]), { classes: ['1'] });
    assert.deepEqual([...matchClasses(['car'], chosen).mapping], [0]);
  });

  it('that are chosen are the only ones with objects', () => {
    const { classes, objects, unscoredClasses } = chooseClasses(truthOf(['a', 'b', 'c'], [3, 1, 2, 3]), {
      classes: ['C', 'a'],
    });
    assert.deepEqual(
      classes.map(({ name }) => name),
      ['a', 'c'],
    );
    assert.deepEqual([...objects.classIndex], [1, 0, 1]);
    assert.deepEqual([...unscoredClasses!], [2]);
  });
});
