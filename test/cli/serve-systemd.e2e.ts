import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { nowcast } from '../helpers/command.js';
import { model, NEEDS } from './person-run.js';

/** A receiver as systemd has one: prints the words of each datagram as a line. */
const RECEIVER = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('bound', flush=True)
while True: print(receiver.recv(4096).decode().replace('\\n', ' '), flush=True)`;

describe('nowcast serve under systemd', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  const needs = {
    ...NEEDS,
    'systemd-notify': hasProgram('systemd-notify', '--version'),
    python3: hasProgram('python3'),
  };
  itNeeds(needs, 'reports that it is ready, that it lives, and that it ends', async () => {
    const socket = join(folder(), 'notify');
    const receiver = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    const heard: string[] = [];
    try {
      const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
      const hear = async (): Promise<string> => String((await lines.next()).value);
      assert.equal(await hear(), 'bound');
      let interrupt = (): unknown => undefined;
      const served = nowcast(['serve', 'demo:', '--listen', '0', '--model', model, '--provider', 'cpu'], {
        cwd: folder(),
        env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '500000' },
        onStart: (child) => {
          interrupt = () => child.kill('SIGINT');
        },
      });
      while (heard.filter((words) => words === 'WATCHDOG=1').length < 2) heard.push(await hear());
      interrupt();
      while (!heard.includes('STOPPING=1')) heard.push(await hear());
      assert.equal((await served).code, 130);
    } finally {
      receiver.kill();
    }
    assert.deepEqual([heard[0], heard.at(-1)], ['READY=1', 'STOPPING=1']);
  });
});
