import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import type { CliContext } from '../../src/cli/command-io.js';
import * as demo from '../../src/cli/demo.js';
import * as doctor from '../../src/cli/doctor.js';
import * as init from '../../src/cli/init.js';
import * as evaluate from '../../src/cli/eval/eval.js';
import * as exporting from '../../src/cli/export.js';
import * as models from '../../src/cli/models.js';
import * as profile from '../../src/cli/profile.js';
import * as run from '../../src/cli/run.js';
import * as synth from '../../src/cli/synth.js';
import * as train from '../../src/cli/train.js';

const context: CliContext = {
  env: {},
  signal: new AbortController().signal,
  secrets: new Set(),
  print: () => undefined,
};
const program = new Command('nowcast');
for (const { register } of [run, demo, evaluate, profile, train, synth, exporting, models, init, doctor])
  register(program, context);

/** A command and its sub-commands. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let text = '';
  command
    .configureOutput({
      writeOut: (part) => {
        text += part;
      },
    })
    .outputHelp();
  return text;
}

/** The command of a command line, and the rest of the line. */
function reach(words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  let rest = words.slice(1);
  for (;;) {
    const next = command.commands.find((candidate) => candidate.name() === rest[0]);
    if (next === undefined) return { command, rest };
    command = next;
    rest = rest.slice(1);
  }
}

describe('the help of', () => {
  for (const command of program.commands.flatMap(withSubcommands)) {
    describe(nameOf(command), () => {
      it('ends with examples of existing flags, and an existing page', () => {
        const [, examples, page] = /\nExamples:\n([\s\S]+)\nDocumentation:\n {2}(.+)\n+$/.exec(helpOf(command)) ?? [];
        assert.ok(examples !== undefined && existsSync(page), helpOf(command));
        for (const example of examples
          .trim()
          .split('\n')
          .map((line) => line.trim().replace(/^\$ /, ''))) {
          const { command: reached, rest } = reach(example.split(' '));
          const given = rest.filter((word) => /^-/.test(word) && word !== '--json' && word !== '--help');
          const known = reached.options.flatMap(({ long, short }) => [long, short]);
          assert.deepEqual(
            given.filter((flag) => !known.includes(flag)),
            [],
            example,
          );
          const missing = reached.options.filter(
            (option) => option.mandatory && !given.includes(option.long!) && !given.includes(option.short!),
          );
          assert.deepEqual(rest.includes('--help') ? [] : missing.map(({ long }) => long), [], example);
        }
      });

      it('describes every flag, with its values unless it takes free text', () => {
        for (const { flags, description } of command.options) {
          assert.notEqual(description, '', flags);
          if (/<(n|name|mode|score|iou|rate|factor|fraction|frames|duration|WxH)>/.test(flags))
            assert.match(description, /\(.+\)$/, flags);
        }
      });
    });
  }
});

describe('the commands of eval', () => {
  const evaluations = program.commands.find((command) => command.name() === 'eval')!.commands;
  const having = (flag: string): string[] =>
    evaluations.filter(({ options }) => options.some(({ long }) => long === flag)).map((command) => command.name());

  it('all choose classes, and map names where a model gives them', () => {
    assert.deepEqual(
      having('--classes'),
      evaluations.map((command) => command.name()),
    );
    assert.deepEqual(having('--map').sort(), ['diff', 'offline', 'realtime', 'stream']);
  });
});
