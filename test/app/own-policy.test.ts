import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPolicyKind } from '../../src/app/own-policy.js';
import { BUILT_IN_PARTS } from '../../src/app/parts.js';
import { policyByName } from '../../src/scheduling/kinds.js';
import { drawnRuntimes } from '../../evaluation/runtimes.js';
import { simulateSequence } from '../../evaluation/simulate.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe("a schedule in a module of one's own", () => {
  const folder = temporaryFolder();
  const write = (name: string, code: string): string => {
    const path = join(folder(), name);
    writeFileSync(path, code);
    return path;
  };
  const RULE = "{ name: 'mine', initial: 7, decide: (state, memory) => ({ decision: 'run', memory }) }";

  it('is the default export of an ES module, or a CommonJS module', () => {
    for (const path of [
      write('a.mjs', `export default ${RULE};`),
      write('b.cjs', `module.exports = ${RULE};`),
      write('c.cjs', `exports.default = ${RULE};`),
    ]) {
      const policy = policyByName(path, BUILT_IN_PARTS.policies);
      assert.deepEqual([policy.name, policy.initial], ['mine', 7], path);
    }
  });

  it('may be another export', () => {
    const path = write('two.mjs', `export const one = 1; export const other = ${RULE};`);
    assert.equal(policyByName(`${path}#other`, BUILT_IN_PARTS.policies).name, 'mine');
    assert.throws(() => policyByName(`${path}#toString`, BUILT_IN_PARTS.policies), /no export "toString"/);
  });

  it('leaves the names of built-in schedules alone', () => {
    for (const name of ['idle-free', 'stride:2', 'every', 'mine', ''])
      assert.equal(ownPolicyKind.parse(name), undefined);
    assert.throws(() => policyByName('mine', BUILT_IN_PARTS.policies), /choose one of idle-free, .*\.\/FILE\.js/);
  });

  it('runs as docs/evaluation.md shows it', () => {
    const [, code] = /```js\n([^]*?)```/.exec(readFileSync('docs/evaluation.md', 'utf8'))!;
    const policy = policyByName(write('mine.mjs', code), BUILT_IN_PARTS.policies);
    const runtimes = drawnRuntimes([0.05], 0);
    const { runs, drops } = simulateSequence(30, { fps: 30, policy, workers: 1 }, runtimes);
    const gaps = runs.slice(1).map(({ frame }, i) => frame - runs[i].frame);
    assert.ok(runs.length > 5 && gaps.every((gap) => gap >= 3), `frames ${runs.map(({ frame }) => frame).join()}`);
    assert.ok(drops.some(({ reason }) => reason === 'policy:too soon'));
  });
});
