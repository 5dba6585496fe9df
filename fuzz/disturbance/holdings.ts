import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../../test/helpers/processes.js';
import type { Holding, ObservedCommand } from './observed-command.js';

const SAMPLE_EVERY_MS = 1000;
/** Descriptors of one more connection, decoder and detector that start while others end. */
const MORE_FILES = 16;
/** Growth beyond this is a leak; a young process still grows. */
const MORE_MEMORY = 1.3;
const MORE_MEMORY_MB = 60;

/** Observes what the command holds, while `goesOn`. */
export async function sample(goesOn: () => boolean, command: ObservedCommand, holdings: Holding[]): Promise<void> {
  while (goesOn()) {
    await sleep(SAMPLE_EVERY_MS);
    const holding = command.holding();
    if (holding !== undefined) holdings.push(holding);
  }
}

/** Compares the last fifth of a run with its second. */
export function leaks(holdings: readonly Holding[], moreFiles = MORE_FILES): string[] {
  const fifth = Math.floor(holdings.length / 5);
  if (fifth === 0) return ['the run was too short to be observed'];
  const median = (from: number, key: keyof Holding): number =>
    holdings
      .slice(from, from + fifth)
      .map((holding) => holding[key])
      .sort((a, b) => a - b)[fifth >> 1];
  const [files, lastFiles] = [median(fifth, 'files'), median(4 * fifth, 'files')];
  const [memory, lastMemory] = [median(fifth, 'memoryMb'), median(4 * fifth, 'memoryMb')];
  return [
    ...(lastFiles > files + moreFiles ? [`its descriptors grew from ${files} to ${lastFiles}`] : []),
    ...(lastMemory > MORE_MEMORY * memory + MORE_MEMORY_MB
      ? [`its memory grew from ${Math.round(memory)} to ${Math.round(lastMemory)} MB`]
      : []),
  ];
}

/** Children may take a moment to be reaped. */
export async function leftBehind(command: ObservedCommand): Promise<string[]> {
  let left = [...command.everChildren];
  for (let i = 0; i < 50 && left.length > 0; i++) {
    left = left.filter(isRunning);
    if (left.length > 0) await sleep(100);
  }
  return left.map((identity) => `process ${identity} is left behind`);
}
