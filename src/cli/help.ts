import type { Command } from 'commander';
import { packageFile } from '../app/paths.js';

export type MoreHelp = {
  /** Command lines that work, from the simplest on. */
  readonly examples: readonly string[];
  /** A page of the folder `docs`. */
  readonly page: string;
};

/** Closes a command's help with examples and the page that says more. */
export function addMoreHelp(command: Command, { examples, page }: MoreHelp): Command {
  const lines = examples.map((example) => `  $ ${example}\n`).join('');
  return command.addHelpText('after', `\nExamples:\n${lines}\nDocumentation:\n  ${packageFile(`docs/${page}`)}\n`);
}
