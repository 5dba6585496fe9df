import type { Command } from 'commander';
import { NowcastError } from '../core/errors.js';
import { examine } from '../app/doctor/checks.js';
import type { Finding } from '../app/doctor/finding.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { addMoreHelp } from './help.js';

/** Declares `nowcast doctor`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .description('Check what this machine can run and what is missing')
    .action(() => doctor(openIo(command, context)));
  addMoreHelp(command, { examples: ['nowcast doctor', 'nowcast doctor --json'], page: 'configuration.md' });
}

/** @throws NowcastError (`NOWCAST_DOCTOR`) if a part that every run needs is missing */
async function doctor(io: CommandIo): Promise<void> {
  const findings = await examine(io);
  const missing = findings.filter(({ state }) => state === 'missing');
  io.print(io.json ? JSON.stringify({ ok: missing.length === 0, findings }) : findings.map(asText).join('\n'));
  if (missing.length > 0) {
    throw new NowcastError(
      'NOWCAST_DOCTOR',
      `${missing.map(({ name }) => name).join(', ')}: no run works without ${missing.length === 1 ? 'it' : 'these'}; follow the advice in the lines above`,
    );
  }
}

function asText({ name, state, found, remedy }: Finding): string {
  return `${state.padEnd(8)} ${name.padEnd(17)} ${found}${remedy === undefined ? '' : `\n${' '.repeat(27)}-> ${remedy}`}`;
}
