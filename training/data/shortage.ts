/** The system's error codes if it temporarily cannot open any file. */
const SHORTAGES: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOMEM'];

/** Whether the machine, not the picture, is why a picture cannot be opened: skipping it would make runs differ. */
export function isShortage(error: unknown): boolean {
  return SHORTAGES.includes((error as NodeJS.ErrnoException).code);
}

export const SHORTAGE_REMEDY = 'free some, or raise the limit (ulimit -n for files)';
