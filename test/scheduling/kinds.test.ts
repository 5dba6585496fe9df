import assert from 'node:assert/strict';
import { fixedKind } from '../../src/core/named-kind.js';
import { POLICIES, policyByName } from '../../src/scheduling/kinds.js';
import { opaque, stateless } from '../../src/scheduling/policy.js';
import { keepsNamesApart } from '../helpers/named-kinds.js';

describe('the registry of schedules', () => {
  keepsNamesApart(POLICIES);

  for (const name of ['idle_free', 'stride', 'stride:0', 'stride:1.5', 'stride:-1', '']) {
    it(`refuses "${name}" and lists the allowed ones`, () => {
      assert.throws(() => policyByName(name), {
        code: 'NOWCAST_USAGE',
        message: `schedule "${name}" is unknown; choose one of idle-free, idle-next, shrinking-tail, threshold, stride:N, every (N is 1 or more)`,
      });
    });
  }

  it('takes another schedule with one entry', () => {
    const kinds = [...POLICIES, fixedKind(opaque(stateless('never', () => 'wait')), 'Runs nothing.')];
    assert.equal(policyByName('never', kinds).name, 'never');
    assert.throws(() => policyByName('nevr', kinds), /stride:N, every, never \(N is 1 or more\)$/);
  });
});
