import { readFileSync } from 'node:fs';
import { UsageError } from '../core/errors.js';

/** Loading the code opens this many files at once, on a machine that is busy. */
const LEAST = 256;
/** Of Node, the log, the outputs and the server. */
const OF_A_RUN = 64;
/** A connection of two transports, its decoder and a copy. */
const OF_A_SOURCE = 12;
const OF_A_DETECTOR = 6;

/** The most files that this process may have open; undefined where the system does not say. Node raises it itself. */
export function openFileLimit(limits = readLimits()): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}

/** @throws UsageError if so few files may be open that not even the code loads */
export function checkOpenFileLimit(limit = openFileLimit()): void {
  if (limit !== undefined && limit < LEAST)
    throw new UsageError(
      `this process may open ${limit} files at once, and Nowcast needs ${LEAST}; run \`ulimit -n 1024\` first, or raise the limit of the service (systemd: LimitNOFILE, Docker: --ulimit nofile)`,
    );
}

export type OpenFileNeeds = { readonly sources: number; readonly detectors: number };

/** The files that a run has open at once, besides those of its viewers. */
export function openFilesOf({ sources, detectors }: OpenFileNeeds): number {
  return OF_A_RUN + OF_A_SOURCE * sources + OF_A_DETECTOR * detectors;
}

/** @throws UsageError if a run needs more files than this process may open */
export function checkOpenFilesOf(needs: OpenFileNeeds, limit = openFileLimit()): void {
  const needed = openFilesOf(needs);
  if (limit !== undefined && limit < needed)
    throw new UsageError(
      `this process may open ${limit} files at once, and ${needs.sources} sources need ${needed}; run \`ulimit -n ${2 * needed}\` first, or take fewer sources`,
    );
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
