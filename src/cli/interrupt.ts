/** Exit code of a program that a signal ended, as shells report it: 128 plus the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type Interrupt = {
  readonly signal: AbortSignal;
  /** The exit code for the received signal; undefined if none came. */
  exitCode(): number | undefined;
  /**
   * Hands SIGHUP to a program that has another use for it, as long as there is no terminal that has gone.
   * @returns takes it back
   */
  readonly onHangup: (listener: () => void) => () => void;
  /** Restores the default handling of the signals. */
  dispose(): void;
};

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an abort; a second SIGINT or SIGTERM ends the program at once. A
 * second SIGHUP does not, because the shell and the system each send one when a terminal closes.
 *
 * @param hasLostTerminal true if the terminal of this program has been closed
 */
export function watchInterrupts(hasLostTerminal: () => boolean = () => false): Interrupt {
  const controller = new AbortController();
  let code: number | undefined;
  let hangup: (() => void) | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGHUP' && hangup !== undefined && code === undefined && !hasLostTerminal()) {
      hangup();
      return;
    }
    const asked = EXIT_CODES[name as keyof typeof EXIT_CODES];
    if (code !== undefined) {
      if (name !== 'SIGHUP') process.exit(asked);
      return;
    }
    code = asked;
    controller.abort();
  };
  for (const name of Object.keys(EXIT_CODES)) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    onHangup: (listener) => {
      hangup = listener;
      return () => {
        if (hangup === listener) hangup = undefined;
      };
    },
    dispose: () => {
      for (const name of Object.keys(EXIT_CODES)) process.off(name, onSignal);
    },
  };
}
