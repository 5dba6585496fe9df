import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { UsageError } from '../../core/errors.js';

/** PEM files; the certificate's file may hold its chain. */
export type TlsFiles = { readonly certPath: string; readonly keyPath: string };

export type TlsIdentity = { readonly cert: Buffer; readonly key: Buffer };

/**
 * Reads a certificate and its key.
 * @throws UsageError naming the file that is missing, is not PEM, or does not fit the other
 */
export function readTls({ certPath, keyPath }: TlsFiles): TlsIdentity {
  const cert = readPem(certPath, 'certificate', /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/);
  const key = readPem(keyPath, 'key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/);
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key.toString('latin1')))
    throw new UsageError(
      `the TLS key ${keyPath} is encrypted; store it without a passphrase, readable by this user alone: openssl pkey -in ${keyPath} -out KEY`,
    );
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || code === 'ERR_OSSL_X509_KEY_TYPE_MISMATCH'
        ? `the TLS key ${keyPath} does not fit the certificate ${certPath}: give the key with which that certificate was made`
        : `the TLS certificate ${certPath} and its key ${keyPath} cannot be used: ${message}`,
      { cause },
    );
  }
  return { cert, key };
}

function readPem(path: string, name: string, begin: RegExp): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT'
        ? `the TLS ${name} ${path} does not exist; check the path`
        : `the TLS ${name} ${path} cannot be read (${code}); check its permissions`,
      { cause },
    );
  }
  if (!begin.test(bytes.toString('latin1')))
    throw new UsageError(`${path} holds no TLS ${name}; it must be a PEM file with a "BEGIN" line of a ${name}`);
  return bytes;
}
