import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DataType, node, onnxModel, valueInfo } from '../../src/model/onnx/build.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { clipFolder } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { model, NEEDS, person, within } from './person-run.js';

describe('nowcast run prints a remedy, without a stack trace, when', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const clips = clipFolder();

  const refused = (
    what: string,
    prepare: () => Promise<readonly string[]> | readonly string[],
    exit: 1 | 2,
    message: RegExp,
    needs: Readonly<Record<string, boolean>> = NEEDS,
  ): void => {
    itNeeds(needs, what, async () => {
      const { code, stderr } = await nowcast(
        ['run', ...(await prepare()), '--log-format', 'json', '-q'],
        within(folder()),
      );
      assert.match(stderr, message);
      assert.equal(code, exit, stderr);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  };
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder(), name), content);
    return name;
  };

  refused('the file is missing', () => ['gone.mp4', '--model', model], 2, /gone\.mp4 does not exist/);
  refused('the file is no video', () => [write('notes.mp4', 'just text'), '--model', model], 1, /notes\.mp4/);
  refused('the file is empty', () => [write('empty.mp4', ''), '--model', model], 1, /empty\.mp4.* empty/);
  refused(
    'the file has sound alone',
    () => {
      const sound = clips.make('-f', 'lavfi', '-i', 'sine=d=1', 'sound.wav');
      return [sound, '--model', model];
    },
    1,
    /sound\.wav.*(no video|no picture|audio)/,
  );
  refused(
    'no frame came at all',
    () => ['udp://127.0.0.1:9', '--model', model, '--duration', '1s'],
    1,
    /no frame came from 127\.0\.0\.1/,
  );
  refused('the video is to be no MP4', () => [person, '--model', model, '--save', 'a.avi'], 2, /a\.avi.*ends in \.mp4/);
  refused(
    'a folder has no pictures',
    () => {
      mkdirSync(join(folder(), 'pictures'));
      return ['pictures', '--model', model];
    },
    1,
    /pictures/,
  );
  refused('the model is no ONNX', () => [person, '--model', write('model.onnx', 'nope')], 1, /model\.onnx.*ONNX/s);
  refused(
    'the model is no YOLOX',
    () => {
      const classifier = onnxModel({
        name: 'classifier',
        initializers: [],
        nodes: [node('Identity', ['data'], ['scores'])],
        inputs: [valueInfo('data', DataType.FLOAT, [1, 3, 224, 224])],
        outputs: [valueInfo('scores', DataType.FLOAT, [1, 1000])],
      });
      return [person, '--model', write('classifier.onnx', serializeOnnx(classifier))];
    },
    1,
    /classifier\.onnx is not a detector that Nowcast knows: not yolox, since .*\[1,3,224,224\].*\[1,1000\]/,
  );
  refused(
    'the model is a folder',
    () => {
      mkdirSync(join(folder(), 'model'));
      return [person, '--model', './model'];
    },
    1,
    /model: it is a folder; name the \.onnx file itself/,
  );
  refused('the model is missing', () => [person, '--model', './gone.onnx'], 1, /gone\.onnx/);
  refused(
    'the labels are of another count',
    () => [person, '--model', model, '--labels', write('three.txt', 'a\nb\nc\n')],
    1,
    /3 .*80|80 .*3/s,
  );
  refused(
    'the provider is unknown',
    () => [person, '--model', model, '--provider', 'tpu'],
    2,
    /--provider is "tpu".*auto, cpu, webgpu/s,
  );
  refused('the provider is unavailable', () => [person, '--model', model, '--provider', 'coreml'], 1, /coreml.*cpu/s);
  refused(
    'a class is unknown',
    () => [person, '--model', model, '--labels', 'coco', '--classes', 'persn'],
    2,
    /persn.*person/s,
  );
  refused(
    'the recording cannot be written',
    () => [person, '--model', model, '--record', 'no/such/run.jsonl'],
    1,
    /run\.jsonl: its folder does not exist/,
  );
  refused(
    'the video cannot be written, before anything runs',
    () => [person, '--model', model, '--save', 'no/such/a.mp4'],
    1,
    /a\.mp4.*folder/s,
  );
  refused(
    "the feed's port is taken",
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      server.unref();
      const address = server.address();
      return [person, '--model', model, '--feed', typeof address === 'object' ? String(address?.port) : ''];
    },
    1,
    /port \d+: another program/,
  );
  refused(
    'the config has a wrong key',
    () => ['-c', write('wrong.yaml', 'detekt:\n  conf: 0.3\n')],
    2,
    /wrong\.yaml:1: detekt is not a key/,
    {},
  );
});
