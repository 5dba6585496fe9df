/**
 * Imported first, for its effect: with a listener for SIGUSR1, Node does not open its debugger, which would give
 * whoever can reach its port control over the process.
 */
process.on('SIGUSR1', () => undefined);
