import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { RUN_KEYS } from '../../src/app/parts.js';
import { formerNames } from '../../src/config/former-names.js';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { parseConfig } from '../../src/config/load.js';
import { TRAIN_KEYS } from '../../training/config.js';

const FILE = 'configs/nowcast.schema.json';
const TRAIN_FILE = 'configs/train/nowcast-train.schema.json';
const trainSchema = configJsonSchema(TRAIN_KEYS, 'Nowcast training configuration');
const runSchema = configJsonSchema(RUN_KEYS, 'Nowcast configuration');

function isWhatFileHolds(file: string, schema: object): void {
  it(`equals ${file} (NOWCAST_UPDATE=1 writes it)`, () => {
    const text = `${JSON.stringify(schema, undefined, 2)}\n`;
    if (process.env['NOWCAST_UPDATE'] === '1') writeFileSync(file, text);
    assert.equal(readFileSync(file, 'utf8'), text);
  });
}

describe('the JSON Schema of the configuration', () => {
  const accepts = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(runSchema);

  isWhatFileHolds(FILE, runSchema);

  const cases: readonly [string, boolean][] = [
    ['{}', true],
    ['cameras: {a: {source: rtsp://h/x, timeout: 5s, enabled: false}}', true],
    ['cameras: {a: {source: 0}}', true],
    ['cameras: {a: {transport: tcp}}', false],
    ['detect: {conf: 0.5, budget: none, classes: [person, 2], schedule: "stride:2", track: true}', true],
    ['detect: {budget: 80, classes: "person,car"}', true],
    ['detect: {conf: 2}', false],
    ['detect: {confidence: 0.5}', false],
    ['feed: {port: "${PORT}", token: "${TOKEN}", allowed_origins: [https://a.example]}', true],
    ['feed: {port: 70000}', false],
    ['pace: fast', false],
    ['duration: 30s', true],
    ['model: {input: 640x384, threads: 2, provider: cpu}', true],
    ['model: {provider: gpu}', false],
    ['model: {hosts: 2}', true],
    ['model: {hosts: 0}', false],
  ];
  for (const [text, isGood] of cases) {
    it(`${isGood ? 'accepts' : 'refuses'} ${text}, as the checks do`, () => {
      assert.equal(accepts(parse(text)), isGood, JSON.stringify(accepts.errors));
      const check = (): unknown => parseConfig(RUN_KEYS, text, 'c.yaml', { PORT: '1', TOKEN: 't' });
      if (isGood) assert.doesNotThrow(check);
      else assert.throws(check);
    });
  }

  it('marks former names as deprecated, and names the new key', () => {
    const { properties } = runSchema as {
      properties: Record<string, { properties: Record<string, Readonly<Record<string, unknown>>> }>;
    };
    const { anyOf } = properties['detectors'].properties['count'];
    assert.deepEqual(properties['model'].properties['hosts'], {
      description: 'Former name of `detectors.count`.',
      anyOf,
      deprecated: true,
    });
    const sections = new Set(Object.keys(RUN_KEYS));
    for (const { from } of formerNames(RUN_KEYS))
      assert.ok(from.length === 1 || sections.has(from[0]), `${from.join('.')} is in a section that exists`);
  });
});

describe('the JSON Schema of training configs', () => {
  const accepts = new Ajv2020({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(trainSchema);
  const data = 'train: {annotations: a.json, root: pictures}';

  isWhatFileHolds(TRAIN_FILE, trainSchema);

  const cases: readonly [string, boolean][] = [
    [data, true],
    ['epochs: 3', false],
    [`${data}\nepoch: 3`, false],
    [`${data}\nmultiscale: [1, 2]\nmosaic_scale: [0.5, 1.5]`, true],
    [`${data}\nmultiscale: 3`, true],
    [`${data}\nmultiscale: [1]`, false],
    [`${data}\nlr: 0`, false],
    [`${data}\ninput: 416x416\nepochs: "\${EPOCHS}"`, true],
  ];
  for (const [text, isGood] of cases) {
    it(`${isGood ? 'accepts' : 'refuses'} ${JSON.stringify(text)}, as the checks do`, () => {
      assert.equal(accepts(parse(text)), isGood, JSON.stringify(accepts.errors));
      const check = (): unknown => parseConfig(TRAIN_KEYS, text, 't.yaml', { EPOCHS: '3' });
      if (isGood) assert.doesNotThrow(check);
      else assert.throws(check);
    });
  }
});

describe('the configurations that come with the package', () => {
  for (const name of readdirSync('configs').filter((file) => file.endsWith('.yaml') && file !== 'zoo.yaml')) {
    it(`${name} is accepted`, () => {
      assert.doesNotThrow(() =>
        parseConfig(RUN_KEYS, readFileSync(`configs/${name}`, 'utf8'), name, { CAMERA_PASSWORD: 'p' }),
      );
    });
  }
});

describe('the training configs that come with the package', () => {
  for (const name of readdirSync('configs/train').filter((file) => file.endsWith('.yaml'))) {
    it(`${name} is accepted`, () => {
      assert.doesNotThrow(() => parseConfig(TRAIN_KEYS, readFileSync(`configs/train/${name}`, 'utf8'), name, {}));
    });
  }
});
