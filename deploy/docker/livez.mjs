// Ends with 0 if the service at HOST:PORT lives. It is asked over http and, with `http.tls`, over https.
import { get } from 'node:http';
import { get as getTls } from 'node:https';

const [address] = process.argv.slice(2);
const lives = (ask, scheme) =>
  new Promise((resolve, reject) => {
    // The service is of this machine; its certificate need not name this address.
    ask(`${scheme}://${address}/livez`, { rejectUnauthorized: false }, ({ statusCode }) => resolve(statusCode === 200))
      .setTimeout(4000, () => reject(new Error('silent')))
      .once('error', reject);
  });

const isAlive = await lives(get, 'http').catch(() => lives(getTls, 'https').catch(() => false));
process.exit(isAlive ? 0 : 1);
