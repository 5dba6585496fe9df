import { z } from 'zod';

/** Parts that messages of several types have. */
export const unixMs = (meaning: string): z.ZodNumber =>
  z.number().describe(`Unix time in milliseconds, with fractions: ${meaning}`);
export const count = z.int().min(0);
export const stream = z.string().describe('Id of the stream, one of those in `hello`');
export const missed = count
  .min(1)
  .optional()
  .describe(
    'Number of messages of this type and stream (and object, or line and direction) that this client was too slow for since the last one; absent if none',
  );
