import { readFileSync } from 'node:fs';
import { UsageError } from '../../../core/errors.js';
import type { TlsOptions } from './session.js';

export type TlsKeys = {
  readonly tls?: boolean | undefined;
  readonly tls_ca?: string | undefined;
  readonly tls_cert?: string | undefined;
  readonly tls_key?: string | undefined;
  readonly tls_insecure: boolean;
};

/**
 * The files of a connection with TLS; undefined for one without.
 * @throws UsageError naming the key and the path of a file that cannot be read
 */
export function readTls(keys: TlsKeys): TlsOptions | undefined {
  const { tls_ca: ca, tls_cert: cert, tls_key: key } = keys;
  if (keys.tls !== true && ca === undefined && cert === undefined) return undefined;
  return {
    ca: read('tls_ca', ca),
    cert: read('tls_cert', cert),
    key: read('tls_key', key),
    isInsecure: keys.tls_insecure,
  };
}

function read(key: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new UsageError(`mqtt.${key} is ${path}, which cannot be read (${code}); name a PEM file`, { cause });
  }
  if (content.includes('-----BEGIN ')) return content;
  throw new UsageError(`mqtt.${key} is ${path}, which is no PEM file; it must hold "-----BEGIN …"`);
}
