import type { Command } from 'commander';
import { BUILT_IN_PARTS } from '../app/parts.js';
import { NowcastError } from '../core/errors.js';
import { examineCameras } from '../app/doctor/cameras.js';
import { examine } from '../app/doctor/checks.js';
import type { Finding } from '../app/doctor/finding.js';
import { openIo, type CliContext } from './command-io.js';
import { addMoreHelp } from './help.js';
import { readRunConfig } from './run.js';

/** Declares `nowcast doctor`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .description('Check what this machine can run and what is missing')
    .argument('[camera...]', 'cameras of the configuration by their names, or sources as `nowcast run` takes them')
    .option(
      '-c, --config <file.yaml>',
      'also open the cameras of this configuration, watch each, and say what to change',
    )
    .action((cameras: string[], { config }: DoctorFlags) => doctor(cameras, config, command, context));
  addMoreHelp(command, {
    examples: ['nowcast doctor', 'nowcast doctor -c cameras.yaml', 'nowcast doctor -c cameras.yaml front --json'],
    page: 'serve.md',
  });
}

type DoctorFlags = { readonly config?: string };

/** @throws NowcastError (`NOWCAST_DOCTOR`) if a part that every run needs is missing, or a camera gives no picture */
async function doctor(
  named: readonly string[],
  configPath: string | undefined,
  command: Command,
  context: CliContext,
): Promise<void> {
  const io = openIo(command, context);
  const config =
    configPath === undefined && named.length === 0
      ? undefined
      : await readRunConfig(named, configPath === undefined ? {} : { config: configPath }, {
          ...context,
          isService: true,
          onWarning: (message) => io.log.warn(message),
        });
  const machine = await examine(io);
  const cameras = config === undefined ? [] : await examineCameras(config, BUILT_IN_PARTS, io);
  const missing = missingIn(machine);
  const away = missingIn(cameras);
  const findings = [...machine, ...cameras];
  const isWell = missing.length + away.length === 0;
  io.print(io.json ? JSON.stringify({ ok: isWell, findings }) : findings.map(asText).join('\n'));
  if (isWell) return;
  const advice = 'follow the advice in the lines above';
  throw new NowcastError(
    'NOWCAST_DOCTOR',
    missing.length > 0
      ? `${missing.join(', ')}: no run works without ${missing.length === 1 ? 'it' : 'these'}; ${advice}`
      : `no picture from ${away.join(', ')}; ${advice}`,
  );
}

function missingIn(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ state }) => state === 'missing').map(({ name }) => name);
}

function asText({ name, state, found, remedy }: Finding): string {
  return `${state.padEnd(8)} ${name.padEnd(17)} ${found}${remedy === undefined ? '' : `\n${' '.repeat(27)}-> ${remedy}`}`;
}
