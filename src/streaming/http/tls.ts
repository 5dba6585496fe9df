import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { UsageError } from '../../core/errors.js';

/** PEM files; the certificate's file may hold its chain. */
export type TlsFiles = { readonly certPath: string; readonly keyPath: string };

export type TlsIdentity = { readonly cert: Buffer; readonly key: Buffer };

export type PemFile = {
  readonly path: string;
  /** What messages call it, such as `mqtt.tls_key`. */
  readonly name: string;
};

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/**
 * Reads a certificate and its key.
 * @throws UsageError naming the file that is missing, is not PEM, or does not fit the other
 */
export function readTls({ certPath, keyPath }: TlsFiles): TlsIdentity {
  return readIdentity({ path: certPath, name: 'the TLS certificate' }, { path: keyPath, name: 'the TLS key' });
}

/** The same for files that have names of their own. */
export function readIdentity(certFile: PemFile, keyFile: PemFile): TlsIdentity {
  const cert = readPem(certFile, 'certificate', CERTIFICATE);
  const key = readPem(keyFile, 'private key', PRIVATE_KEY);
  const [certText, keyText] = [certFile, keyFile].map(textOf);
  if (ENCRYPTED_KEY.test(key.toString('latin1')))
    throw new UsageError(
      `${keyText} is encrypted; store it without a passphrase, readable by this user alone: openssl pkey -in ${keyFile.path} -out KEY`,
    );
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || code === 'ERR_OSSL_X509_KEY_TYPE_MISMATCH'
        ? `${keyText} does not fit ${certText}: give the key with which that certificate was made`
        : `${certText} and ${keyText} cannot be used: ${message}`,
      { cause },
    );
  }
  return { cert, key };
}

/**
 * Reads the certificates of those who may sign others. Node leaves out broken ones silently, and then trusts nobody.
 * @throws UsageError naming the file that is missing, is not PEM, or holds a broken certificate
 */
export function readAuthorities(file: PemFile): Buffer {
  const bytes = readPem(file, 'certificate', CERTIFICATE);
  const certificates = bytes
    .toString('latin1')
    .split(/(?=-----BEGIN )/)
    .filter((block) => CERTIFICATE.test(block));
  for (const [i, certificate] of certificates.entries())
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      const { message } = cause as Error;
      throw new UsageError(
        `certificate ${i + 1} of ${certificates.length} in ${textOf(file)} cannot be read (${message}); copy the file again`,
        { cause },
      );
    }
  return bytes;
}

function textOf({ name, path }: PemFile): string {
  return `${name} ${path}`;
}

function readPem(file: PemFile, kind: string, begin: RegExp): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file.path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT'
        ? `${textOf(file)} does not exist; check the path`
        : `${textOf(file)} cannot be read (${code}); check its permissions`,
      { cause },
    );
  }
  if (!begin.test(bytes.toString('latin1')))
    throw new UsageError(`${textOf(file)} holds no ${kind}; it must be a PEM file with the "BEGIN" line of a ${kind}`);
  return bytes;
}
