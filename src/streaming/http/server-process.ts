import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuTimeMs } from '../../children/cpu-time.js';
import { shortageText } from '../../core/shortages.js';
import type { FromServer, ToServer } from './messages.js';

const ENTRY = fileURLToPath(new URL('./server-main.js', import.meta.url));
const STDERR_TAIL_CHARS = 1000;

/** A server outside this thread, from its start to its end. */
export type ServerProcess = {
  /** Calls `written` when the system has taken the message, or when the process is gone. */
  send(message: ToServer, written: () => void): void;
  /** Called for each message of the server. */
  onMessage: (message: FromServer) => void;
  /** Resolves with the reason when the process has ended. Never rejects. */
  readonly exited: Promise<string>;
  kill(because: string): void;
  /** Processor time that it has used, milliseconds; undefined if it is not known. */
  readonly cpuTimeMs?: () => number | undefined;
};

/** Starts the server's own process. */
export function launchServerProcess(): ServerProcess {
  const child = fork(ENTRY, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // Node's own arguments (an inspector's port, a test runner's loader) are for this process only.
    execArgv: [],
    // The server needs none of the secrets of this environment. Windows cannot start a program without these.
    env: Object.fromEntries(['SystemRoot', 'windir'].flatMap((name) => entryOf(process.env, name))),
  });
  let stderrTail = '';
  let killedBecause: string | undefined;
  // Absent if the system has no file descriptor left to start a process.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARS);
  });
  const server: ServerProcess = {
    send(message, written) {
      if (child.connected) child.send(message, () => written());
      else written();
    },
    onMessage: () => undefined,
    exited: new Promise((resolve) => {
      child.once('close', (code, signal) => {
        const words = stderrTail.trim();
        const how = signal ?? `exit code ${code}`;
        resolve(killedBecause ?? (words === '' ? how : `${how}; its last words: ${words}`));
      });
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(`it could not be started: ${shortageText(error)}`);
      });
    }),
    kill(because) {
      killedBecause ??= because;
      child.kill('SIGKILL');
    },
    cpuTimeMs: () => (child.pid === undefined ? undefined : cpuTimeMs(child.pid)),
  };
  child.on('message', (message) => server.onMessage(message as FromServer));
  return server;
}

function entryOf(env: NodeJS.ProcessEnv, name: string): [string, string][] {
  const value = env[name];
  return value === undefined ? [] : [[name, value]];
}
