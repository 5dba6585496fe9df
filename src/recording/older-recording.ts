import { closeSync, ftruncateSync, openSync, readSync, statSync } from 'node:fs';
import { OutputError } from '../core/errors.js';
import { isHeaderLine } from './header.js';

const LINE_FEED = 0x0a;
const PIECE_BYTES = 65_536;

/**
 * Checks, before a run is added to a file, that the file is a recording, and cuts off a line that a killed process left
 * incomplete.
 * @returns true if the last line lacks its line feed
 * @throws OutputError if the file is something else
 */
export function prepareOlderRecording(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size === 0) return false;
  const file = openForRepair(path);
  try {
    const start = readAt(file, 0, Math.min(stats.size, PIECE_BYTES)).toString('utf8');
    if (!isHeaderLine(start))
      throw new OutputError(
        `cannot write ${path}: it exists and is no recording, so it is left alone; choose another name`,
      );
    const tail = lastLine(file, stats.size);
    if (tail.length === 0) return false;
    if (isJson(tail)) return true;
    ftruncateSync(file, stats.size - tail.length);
    return false;
  } finally {
    closeSync(file);
  }
}

function openForRepair(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (cause) {
    throw new OutputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The bytes behind the last line feed. */
function lastLine(file: number, size: number): Buffer {
  let tail = Buffer.alloc(0);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - PIECE_BYTES);
    const piece = readAt(file, start, end - start);
    const at = piece.lastIndexOf(LINE_FEED);
    tail = Buffer.concat([piece.subarray(at + 1), tail]);
    if (at >= 0) break;
    end = start;
  }
  return tail;
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
