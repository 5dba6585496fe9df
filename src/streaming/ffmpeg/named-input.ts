import { constants, openSync } from 'node:fs';

/** Characters that begin new lines in ffmpeg's log, or that a terminal obeys. */
const CONTROL = /[\0-\x1f\x7f]/;

/** Arguments without an author's line breaks, and the open file that they name. */
export type NamedInput = { readonly args: readonly string[]; readonly fd?: number };

/**
 * ffmpeg repeats the name of its input in its log, in the middle of decoding, so a name with line feeds could forge
 * whole messages. Such a file is opened here and named by its descriptor. Control characters of a URL are encoded; no
 * server's address has any.
 * @param at the descriptor under which the child has the file
 * @throws the system's error if the file cannot be opened
 */
export function nameInput(args: readonly string[], at: number): NamedInput {
  const place = args.indexOf('-i') + 1;
  const input = args[place];
  if (place === 0 || input === undefined || !CONTROL.test(input)) return { args };
  const renamed = (name: string): readonly string[] => args.with(place, name);
  if (/^[a-z][a-z\d+.-]*:/i.test(input))
    return { args: renamed(input.replaceAll(new RegExp(CONTROL, 'g'), encodeURIComponent)) };
  // Without O_NONBLOCK, a FIFO without a writer would stop the program.
  return { args: renamed(`/dev/fd/${at}`), fd: openSync(input, constants.O_RDONLY | constants.O_NONBLOCK) };
}
