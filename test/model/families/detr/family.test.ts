import assert from 'node:assert/strict';
import { detr } from '../../../../src/model/families/detr/family.js';
import type { Recognised } from '../../../../src/model/family.js';
import { DataType, valueInfo } from '../../../../src/model/onnx/build.js';
import { OnnxGraph } from '../../../../src/model/onnx/graph.js';
import type { OnnxModel } from '../../../../src/model/onnx/model-file.js';
import { detrBoxesGraph, detrLogitsGraph } from '../graphs.js';

describe('the family detr', () => {
  const recognise = (model: OnnxModel): Recognised | string =>
    detr.recognise(new OnnxGraph(model, 'm.onnx'), undefined);

  it('takes labels, boxes and scores with orig_target_sizes, and gives it the size of the input', () => {
    assert.deepEqual(recognise(detrBoxesGraph({ classCount: 365 })), {
      form: 'boxes',
      image: 'images',
      input: { width: 64, height: 32 },
      constants: [{ name: 'orig_target_sizes', values: [64, 32] }],
      outputs: ['labels', 'boxes', 'scores'],
      classCount: 365,
      preprocess: 'unit',
    });
  });

  it('takes 80 classes for granted where the graph does not tell how many there are', () => {
    const model = detrBoxesGraph();
    model.graph.node.find(({ output }) => output[0] === 'labels')!.opType = 'Unique';
    assert.equal((recognise(model) as Recognised).classCount, 80);
  });

  it("takes dets and labels, of which 91 classes are COCO's category ids", () => {
    const { form, outputs, classCount, classNames, preprocess } = recognise(detrLogitsGraph()) as Recognised;
    assert.deepEqual([form, outputs, classCount, preprocess], ['logits', ['dets', 'labels'], 91, 'imagenet']);
    assert.deepEqual(
      [classNames!.length, classNames![1], classNames![12], classNames![90]],
      [91, 'person', 'class-12', 'toothbrush'],
    );
  });

  const refused: Record<string, [() => OnnxModel, RegExp]> = {
    'other names': [
      () => {
        const model = detrBoxesGraph();
        model.graph.output.pop();
        return model;
      },
      /^its outputs must be labels, boxes and scores, or dets and labels$/,
    ],
    'boxes without a size that they are of': [
      () => {
        const model = detrBoxesGraph();
        model.graph.input.pop();
        return model;
      },
      /^it must take a picture and orig_target_sizes$/,
    ],
    'sizes that are no whole numbers': [
      () => {
        const model = detrBoxesGraph();
        model.graph.input[1] = valueInfo('orig_target_sizes', DataType.FLOAT, ['N', 2]);
        return model;
      },
      /^its orig_target_sizes must be int64$/,
    ],
    'rotated boxes': [
      () => {
        const model = detrLogitsGraph();
        model.graph.output[0] = valueInfo('dets', DataType.FLOAT, [1, 3, 5]);
        return model;
      },
      /^its dets must be \[1,n,4\]$/,
    ],
    'logits of no known number of classes': [
      () => {
        const model = detrLogitsGraph();
        model.graph.output[1] = valueInfo('labels', DataType.FLOAT, [1, 3, 'classes']);
        model.graph.node.find(({ output }) => output[0] === 'labels')!.opType = 'Unique';
        return model;
      },
      /^its labels must be \[1,n,classes\] with a fixed number of classes$/,
    ],
  };
  for (const [what, [model, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.match(recognise(model()) as string, message));
  }
});
