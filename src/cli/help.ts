import type { Command } from 'commander';
import { packageFile } from '../app/paths.js';

export type MoreHelp = {
  /** Complete command lines, the simplest first. */
  readonly examples: readonly string[];
  /** A page of the folder `docs`. */
  readonly page: string;
};

/** Adds examples and a link to the documentation at the end of a command's help. */
export function addMoreHelp(command: Command, { examples, page }: MoreHelp): Command {
  const lines = examples.map((example) => `  $ ${example}\n`).join('');
  return command.addHelpText('after', `\nExamples:\n${lines}\nDocumentation:\n  ${packageFile(`docs/${page}`)}\n`);
}
