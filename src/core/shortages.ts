const REMEDIES: Readonly<Record<string, string>> = {
  EMFILE: 'this process has too many open files; run `ulimit -n 4096` first',
  ENFILE: 'this machine has too many open files; end other programs, or raise fs.file-max',
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  ENOMEM: 'this machine has no memory left; end other programs',
  EAGAIN: 'this machine can start no further process; end other programs, or raise `ulimit -u`',
};

/** The remedy of a system's error that the machine, not the program, caused; undefined for any other. */
export function shortageRemedy(error: unknown): string | undefined {
  return REMEDIES[(error as { readonly code?: string } | undefined)?.code ?? ''];
}

/** The error's message, with the remedy if the machine caused it. */
export function shortageText(error: Error): string {
  const remedy = shortageRemedy(error);
  return remedy === undefined ? error.message : `${error.message}; ${remedy}`;
}
