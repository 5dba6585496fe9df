import { DataError } from '../core/errors.js';

/** A pickle is cut off, damaged, or asks for something that is not plain data. */
export class PickleError extends DataError {
  constructor(problem: string, options?: { cause?: unknown }) {
    super(`pickle: ${problem}`, options);
  }
}
