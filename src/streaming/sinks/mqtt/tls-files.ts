import { readAuthorities, readIdentity, type PemFile } from '../../http/tls.js';
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
 * @throws UsageError naming the key and the path of a file that cannot be used
 */
export function readTls({ tls, tls_insecure: isInsecure, ...files }: TlsKeys): TlsOptions | undefined {
  const { tls_ca: ca, tls_cert: cert, tls_key: key } = files;
  if (tls !== true && ca === undefined && cert === undefined) return undefined;
  const file = (name: keyof typeof files, path: string): PemFile => ({ path, name: `mqtt.${name}` });
  return {
    ...(ca !== undefined && { ca: readAuthorities(file('tls_ca', ca)) }),
    ...(cert !== undefined && key !== undefined && readIdentity(file('tls_cert', cert), file('tls_key', key))),
    isInsecure,
  };
}
