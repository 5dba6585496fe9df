/** Reads what clients send, and answers nothing: `sink` prints its port, and ends with its parent. */
import { createServer, type AddressInfo } from 'node:net';

const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit());
