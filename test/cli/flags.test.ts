import assert from 'node:assert/strict';
import { Command } from 'commander';
import {
  addFlags,
  choiceFlag,
  keyOption,
  numberFlag,
  parsedFlag,
  readFlags,
  requiredFlag,
  switchFlag,
  textFlag,
  type RawFlags,
} from '../../src/cli/flags.js';
import { UsageError } from '../../src/core/errors.js';

const FLAGS = {
  runs: numberFlag('--runs <n>', 'how many', { min: 1, isInteger: true }, 200),
  fps: numberFlag('--fps <rate>', 'frames a second', { above: 0 }, undefined, "the recording's"),
  format: choiceFlag('--frames-as <jpg|png>', 'the format', ['jpg', 'png'], undefined),
  pair: parsedFlag('--pair <a-b>', 'two words', {
    allowed: 'two words, such as a-b',
    parse: (text) => (text.includes('-') ? text.split('-') : undefined),
    preset: ['x', 'y'],
    presetText: 'x-y',
  }),
  out: requiredFlag('--out <file>', 'the file'),
  report: textFlag('--report <file>', 'a report', { preset: 'none' }),
  video: switchFlag('--video', 'with a video'),
};

/** Reads flags as a command would. */
function read(...args: string[]): unknown {
  let values: unknown;
  const command = addFlags(new Command(), FLAGS)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.action((raw: RawFlags) => {
    values = readFlags(FLAGS, raw);
  });
  command.parse(args, { from: 'user' });
  return values;
}

describe('the flags of a command', () => {
  it('take their defaults if they are absent', () => {
    assert.deepEqual(read('--out', 'o'), {
      runs: 200,
      fps: undefined,
      format: undefined,
      pair: ['x', 'y'],
      out: 'o',
      report: undefined,
      video: false,
    });
  });

  it('are parsed into values', () => {
    const args = [
      '--runs',
      '7',
      '--fps',
      '29.97',
      '--frames-as',
      'png',
      '--pair',
      'c-d',
      '--out',
      'o',
      '--report',
      'r',
      '--video',
    ];
    assert.deepEqual(read(...args), {
      runs: 7,
      fps: 29.97,
      format: 'png',
      pair: ['c', 'd'],
      out: 'o',
      report: 'r',
      video: true,
    });
  });

  for (const [args, message] of [
    [['--runs', '0'], '--runs is "0"; it must be a whole number of 1 or more'],
    [['--runs', 'ten'], '--runs is "ten"; it must be a whole number of 1 or more'],
    [['--fps', '0'], '--fps is "0"; it must be a number above 0'],
    [['--frames-as', 'gif'], '--frames-as is "gif"; it must be jpg or png'],
    [['--pair', 'c'], '--pair is "c"; it must be two words, such as a-b'],
  ] as const) {
    it(`are refused as ${args.join(' ')}, with the flag, the value and the allowed values`, () => {
      assert.throws(
        () => read('--out', 'o', ...args),
        (error) => error instanceof UsageError && error.message === message,
      );
    });
  }

  it('are required by commander if the command requires them', () =>
    assert.throws(() => read(), { code: 'commander.missingMandatoryOptionValue' }));

  it('list their values and default in help', () => {
    const descriptions = Object.values(FLAGS).map(({ option }) => option.description);
    assert.deepEqual(descriptions, [
      'how many (a whole number of 1 or more; default: 200)',
      "frames a second (a number above 0; default: the recording's)",
      'the format (jpg or png)',
      'two words (two words, such as a-b; default: x-y)',
      'the file (required)',
      'a report (default: none)',
      'with a video',
    ]);
  });

  it("take the help of the configuration's key that they set", () => {
    assert.equal(
      keyOption('detect.conf').description,
      'lowest score of a detection to keep (a number from 0 to 1; default: 0.25)',
    );
    assert.equal(
      keyOption('detect.conf', 0.01).description,
      'lowest score of a detection to keep (a number from 0 to 1; default: 0.01)',
    );
    assert.equal(keyOption('detect.track').description, 'give each object an id that lasts from frame to frame');
  });

  it('adds the parts of a list that is given several times', () => {
    const command = new Command().addOption(keyOption('detect.classes'));
    command.parse(['--classes', 'person,car', '--classes', 'dog'], { from: 'user' });
    assert.deepEqual(command.opts(), { classes: 'person,car,dog' });
  });
});
