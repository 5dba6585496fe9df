import { deepEqual, match } from 'node:assert/strict';
import type { Outcome } from '../../fuzz/command.js';
import { faultsOf } from '../../fuzz/faults.js';

const DONE: Outcome = { code: 0, signal: null, stdout: '{"ap":0.5}', stderr: '', isHung: false, leftBehind: [] };
const FAILED: Outcome = { ...DONE, code: 1, stdout: '', stderr: 'nowcast: x.json: "images" is missing\n' };

describe('faultsOf', () => {
  it('finds none in results and in failures with a reason', () => {
    deepEqual(faultsOf(DONE), []);
    deepEqual(faultsOf(FAILED), []);
    deepEqual(faultsOf({ ...FAILED, code: 2 }), []);
    deepEqual(faultsOf({ ...DONE, stdout: '{"name":"NaN"}' }), []);
  });

  const faulty: Readonly<Record<string, [Partial<Outcome>, RegExp]>> = {
    'a hang': [{ isHung: true }, /hung/],
    'an abort': [{ code: null, signal: 'SIGABRT' }, /SIGABRT/],
    'another exit code': [{ code: 134, stderr: 'x' }, /exit code 134/],
    'a stack trace': [{ code: 1, stderr: 'nowcast: x\n    at main (file:///x.js:1:1)\n' }, /stack/],
    'a confessed bug': [{ code: 1, stderr: 'nowcast: this is a bug, please report it' }, /stack/],
    'a failure without a message': [{ code: 1, stderr: '\n' }, /without a message/],
    'control characters': [{ stderr: 'warning: \u001b[31mred' }, /control/],
    'a result that is no JSON': [{ stdout: '{"ap":NaN}' }, /no JSON/],
    'a process that is left behind': [{ leftBehind: ['ffmpeg -i x'] }, /ffmpeg -i x/],
  };
  for (const [name, [change, expected]] of Object.entries(faulty)) {
    it(`finds ${name}`, () => match(faultsOf({ ...DONE, ...change }).join(), expected));
  }
});
