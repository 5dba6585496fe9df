import assert from 'node:assert/strict';
import { yolox } from '../../../../src/model/families/yolox/family.js';
import type { Recognised } from '../../../../src/model/family.js';
import { node, tensor } from '../../../../src/model/onnx/build.js';
import { OnnxGraph } from '../../../../src/model/onnx/graph.js';
import type { OnnxModel } from '../../../../src/model/onnx/model-file.js';
import { yoloxGraph, type YoloxGraphOptions } from '../graphs.js';

describe('the family yolox', () => {
  const recognise = (model: OnnxModel): Recognised | string =>
    yolox.recognise(new OnnxGraph(model, 'm.onnx'), { width: 64, height: 64 });

  const forms: [string, YoloxGraphOptions][] = [
    ['undecoded probabilities', {}],
    ['undecoded probabilities', { isDynamic: true }],
    ['undecoded logits', { scores: 'logits' }],
    ['decoded probabilities', { boxes: 'decoded' }],
    ['decoded probabilities', { boxes: 'decoded', isDynamic: true }],
    ['decoded logits', { boxes: 'decoded', scores: 'logits' }],
    ['decoded probabilities', { boxes: 'scatter' }],
    ['three heads probabilities', { output: 'three heads' }],
    ['three heads logits', { output: 'three heads', scores: 'logits' }],
  ];
  for (const [form, options] of forms) {
    it(`tells ${form} by the last operators of a graph made with ${JSON.stringify(options)}`, () => {
      const outputs = form.startsWith('three heads') ? ['head8', 'head16', 'head32'] : ['output'];
      assert.deepEqual(recognise(yoloxGraph(options)), {
        form,
        outputs,
        classCount: 1,
        image: 'images',
        input: { width: 64, height: 64 },
        preprocess: 'standard',
      });
    });
  }

  it('takes the three heads in the order of their levels, however the file lists them', () => {
    const model = yoloxGraph({ output: 'three heads' });
    model.graph.output.reverse();
    assert.deepEqual((recognise(model) as Recognised).outputs, ['head8', 'head16', 'head32']);
  });

  it('refuses boxes that are decoded from distances, as YOLOv6 gives them in the same shape', () => {
    assert.equal(
      recognise(yoloxGraph({ boxes: 'distances' })),
      'its graph decodes the boxes itself, and not as YOLOX does (it holds Add, Mul, Sub)',
    );
  });

  it('refuses boxes whose centres go through a sigmoid before they are decoded, as YOLOv3 has them', () => {
    const model = yoloxGraph({ boxes: 'decoded' });
    const moved = model.graph.node.find(({ output }) => output[0] === 'moved')!;
    moved.input[0] = 'in_cell';
    model.graph.node.push(node('Sigmoid', ['xy'], ['in_cell']));
    assert.equal(recognise(model), 'its graph decodes the boxes itself, and not as YOLOX does (it holds Sigmoid)');
  });

  it('refuses three heads that compute with their boxes', () => {
    const model = yoloxGraph({ output: 'three heads' });
    const head = model.graph.node.find(({ output }) => output[0] === 'head16')!;
    model.graph.initializer.push(tensor('stride', [], Float32Array.of(16)));
    model.graph.node.push(node('Mul', [head.input[0], 'stride'], ['far']));
    head.input[0] = 'far';
    assert.match(
      recognise(model) as string,
      /must hold undecoded boxes, but the graph computes with them \(it holds Mul\)/,
    );
  });

  it('is not misled by a bias that an exporter keeps apart from its convolution', () => {
    const model = yoloxGraph();
    const head = model.graph.node.find(({ output }) => output[0] === 'head8')!;
    model.graph.initializer.push(tensor('bias', [1, 4, 1, 1], new Float32Array(4)));
    model.graph.node.push(node('Add', [head.input[0], 'bias'], ['biased']));
    head.input[0] = 'biased';
    assert.equal((recognise(model) as Recognised).form, 'undecoded probabilities');
  });

  it('is not misled by an exponential inside the network', () => {
    const model = yoloxGraph();
    const conv = model.graph.node.find(({ output }) => output[0] === 'reg8')!;
    model.graph.node.unshift(node('Exp', [conv.input[0]], ['activated']));
    conv.input[0] = 'activated';
    assert.equal((recognise(model) as Recognised).form, 'undecoded probabilities');
  });

  it('refuses three outputs of other sizes than its levels, and says which it wants', () => {
    const model = yoloxGraph({ output: 'three heads' });
    model.graph.output[1] = { ...model.graph.output[2] };
    assert.equal(recognise(model), 'its three outputs must be [1,5+classes,8,8], [1,5+classes,4,4], [1,5+classes,2,2]');
  });
});
