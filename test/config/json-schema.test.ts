import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { parseConfig } from '../../src/config/load.js';

const FILE = 'configs/nowcast.schema.json';

describe('the JSON Schema of the configuration', () => {
  const accepts = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configJsonSchema());

  it(`is what ${FILE} holds (NOWCAST_UPDATE=1 writes it)`, () => {
    const text = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
    if (process.env['NOWCAST_UPDATE'] === '1') writeFileSync(FILE, text);
    assert.equal(readFileSync(FILE, 'utf8'), text);
  });

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
  ];
  for (const [text, isGood] of cases) {
    it(`${isGood ? 'accepts' : 'refuses'} ${text}, as the checks here do`, () => {
      assert.equal(accepts(parse(text)), isGood, JSON.stringify(accepts.errors));
      const check = (): unknown => parseConfig(text, 'c.yaml', { PORT: '1', TOKEN: 't' });
      if (isGood) assert.doesNotThrow(check);
      else assert.throws(check);
    });
  }
});

describe('the configurations that come with the package', () => {
  for (const name of readdirSync('configs').filter((file) => file.endsWith('.yaml') && file !== 'zoo.yaml')) {
    it(`${name} is accepted`, () => {
      assert.doesNotThrow(() => parseConfig(readFileSync(`configs/${name}`, 'utf8'), name, { CAMERA_PASSWORD: 'p' }));
    });
  }
});

describe('docs/configuration.md', () => {
  it('explains every key', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    const keys = (schema: { properties?: object; additionalProperties?: unknown }, path: string): string[] =>
      Object.entries(schema.properties ?? (typeof schema.additionalProperties === 'object' ? { '<name>': schema.additionalProperties } : {}))
        .flatMap(([name, child]) => {
          const below = keys(child as object, `${path}${name}.`);
          return below.length > 0 ? below : [`${path}${name}`];
        });
    const all = keys(configJsonSchema(), '');
    assert.ok(all.includes('cameras.<name>.source') && all.includes('detect.conf') && all.includes('duration'), all.join());
    assert.deepEqual(all.filter((key) => !page.includes(`\`${key}\``)), []);
  });
});
