import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { defer, filter, firstValueFrom, startWith, Subject } from 'rxjs';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

/** Debian installs it where only root has it on the path. */
const PROGRAM = ['mosquitto', '/usr/sbin/mosquitto'].find(
  (name) => spawnSync(name, ['-h'], { stdio: 'ignore' }).error === undefined,
);

/** For `itNeeds`. */
export const MOSQUITTO = { mosquitto: PROGRAM !== undefined };

export type Mosquitto = {
  readonly port: number;
  /** Its log so far. */
  log(): string;
  /** Resolves once its log is so. */
  logged(isSo: (log: string) => boolean): Promise<void>;
  kill(): Promise<void>;
  /** Starts it again at the same port, with what it has kept. */
  start(): Promise<void>;
};

/** Starts a broker on a free port of this machine. It ends with `kill`. */
export async function startMosquitto(folder: string, ...settings: string[]): Promise<Mosquitto> {
  const port = await freePort();
  const file = join(folder, `mosquitto-${port}.conf`);
  const access = settings.some((line) => /^(password_file|allow_anonymous|require_certificate)/.test(line));
  writeFileSync(
    file,
    [
      'per_listener_settings false',
      // As root, it would become another user, who cannot read the folder.
      'user root',
      `listener ${port} 127.0.0.1`,
      ...(access ? [] : ['allow_anonymous true']),
      ...settings,
      '',
    ].join('\n'),
  );
  let child: ChildProcess | undefined;
  let log = '';
  const grown = new Subject<string>();
  const start = async (): Promise<void> => {
    child = spawn(PROGRAM!, ['-c', file, '-v'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const before = log.length;
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        log += chunk.toString();
        grown.next(log);
        if (/ running/.test(log.slice(before))) resolve();
      };
      child!.stdout!.on('data', read);
      child!.stderr!.on('data', read);
      child!.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}:\n${log}`)));
    });
  };
  await start();
  return {
    port,
    log: () => log,
    logged: async (isSo) => {
      await firstValueFrom(defer(() => grown.pipe(startWith(log), filter(isSo))));
    },
    start,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export type Watcher = {
  readonly client: MqttClient;
  /** The last message of each topic. */
  readonly last: ReadonlyMap<string, string>;
  /** All messages: `topic payload`. */
  readonly all: readonly string[];
  /** Resolves with the first message, past ones included, that the condition accepts. */
  until(condition: (topic: string, payload: string) => boolean): Promise<string>;
  end(): Promise<void>;
};

/** A client that subscribes to everything. */
export async function watchBroker(port: number, options: IClientOptions = {}): Promise<Watcher> {
  const client = await connectAsync({ host: '127.0.0.1', port, protocolVersion: 5, reconnectPeriod: 50, ...options });
  const last = new Map<string, string>();
  const all: string[] = [];
  const seen: [string, string][] = [];
  const waiting = new Set<() => void>();
  client.on('error', () => undefined);
  client.on('message', (topic, payload) => {
    last.set(topic, payload.toString());
    all.push(`${topic} ${payload.toString()}`);
    seen.push([topic, payload.toString()]);
    for (const look of waiting) look();
  });
  await client.subscribeAsync('#');
  return {
    client,
    last,
    all,
    until: (condition) =>
      new Promise((resolve) => {
        let from = 0;
        const look = (): void => {
          for (; from < seen.length; from++) {
            const [topic, payload] = seen[from];
            if (!condition(topic, payload)) continue;
            waiting.delete(look);
            resolve(payload);
            return;
          }
        };
        waiting.add(look);
        look();
      }),
    end: () => client.endAsync(true),
  };
}
