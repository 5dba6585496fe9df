import assert from 'node:assert/strict';
import { yolox } from '../../../../src/model/families/yolox/family.js';
import type { Recognised } from '../../../../src/model/family.js';
import { DataType, node, tensor, valueInfo } from '../../../../src/model/onnx/build.js';
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

  for (const [name, dims, message] of [
    ['YOLOv8', [1, 9, 84], 'must have 84 rows, not 9 (rows and columns are exchanged, as in YOLOv8 and later'],
    ['YOLOv5', [1, 252, 9], 'must have 84 rows, not 252 (3 boxes for each cell, as in YOLOv3 to YOLOv7)'],
    ['an end-to-end export', [1, 300, 6], 'must have 84 rows, not 300 (finished boxes after suppression'],
    ['anything else', [1, 80, 9], 'must have 84 rows, not 80'],
  ] as const) {
    it(`refuses the rows of ${name}, and says what they look like`, () => {
      const model = yoloxGraph();
      model.graph.output[0] = valueInfo('output', DataType.FLOAT, dims);
      const refusal = recognise(model) as string;
      assert.ok(refusal.startsWith(`at 64x64 its output ${message}`), refusal);
      assert.equal(refusal.includes('('), message.includes('('));
    });
  }

  it('takes the three heads in the order of their levels, however the file lists them', () => {
    const model = yoloxGraph({ output: 'three heads' });
    model.graph.output.reverse();
    assert.deepEqual((recognise(model) as Recognised).outputs, ['head8', 'head16', 'head32']);
  });

  const NINE = ['cls8_p', 'reg8', 'obj8_p', 'cls16_p', 'reg16', 'obj16_p', 'cls32_p', 'reg32', 'obj32_p'];

  it('takes nine heads level by level, in the order of classes, box and objectness', () => {
    const found = recognise(yoloxGraph({ output: 'nine heads' })) as Recognised;
    assert.deepEqual([found.form, found.outputs, found.classCount], ['nine heads probabilities', NINE, 1]);
  });

  it('tells nine heads apart by their channels, where the number of classes allows it', () => {
    const model = yoloxGraph({ output: 'nine heads' });
    for (const { name, type } of model.graph.output) {
      if (!name.startsWith('cls') || type?.value.case !== 'tensorType') continue;
      type.value.value.shape!.dim[1].value = { case: 'dimValue', value: 7n };
    }
    model.graph.output.reverse();
    const found = recognise(model) as Recognised;
    assert.deepEqual([found.outputs, found.classCount], [NINE, 7]);
  });

  it('refuses nine heads of one class in another order, and says which it wants', () => {
    const model = yoloxGraph({ output: 'nine heads' });
    const { output } = model.graph;
    output.push(...output.splice(0, 3));
    assert.equal(
      recognise(model),
      'of its nine outputs, three must be [1,classes,8,8], [1,4,8,8] and [1,1,8,8], in this order for 1 or 4 classes; ' +
        'those of this size are [1,4,8,8], [1,1,8,8], [1,1,8,8]',
    );
  });

  it('refuses nine heads that compute with their boxes', () => {
    const model = yoloxGraph({ output: 'nine heads' });
    const conv = model.graph.node.find(({ output }) => output[0] === 'reg16')!;
    conv.output[0] = 'near';
    model.graph.initializer.push(tensor('stride', [], Float32Array.of(16)));
    model.graph.node.push(node('Mul', ['near', 'stride'], ['reg16']));
    assert.match(recognise(model) as string, /nine outputs must hold undecoded boxes.*\(it holds Mul\)/);
  });

  for (const output of ['three heads', 'nine heads'] as const) {
    it(`refuses ${output} of open rows and columns, and says to export them at a fixed size`, () => {
      assert.match(
        recognise(yoloxGraph({ output, isDynamic: true })) as string,
        /^rows and columns of its output (head8|cls8_p) are open; export the model at a fixed input size$/,
      );
    });
  }

  it('refuses other numbers of outputs, and says how many there are', () => {
    const model = yoloxGraph({ output: 'nine heads' });
    model.graph.output.length = 6;
    assert.equal(recognise(model), 'it must have one input, and one output, three or nine; it has 1 and 6');
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
