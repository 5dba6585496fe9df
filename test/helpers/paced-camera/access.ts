import { createHash, randomBytes } from 'node:crypto';
import { CAMERA_PASSWORD, CAMERA_USER, type CameraAuth } from './options.js';
import type { RtspRequest } from './requests.js';

const REALM = 'paced camera';

/** Authenticates the camera's clients (RFC 7617, RFC 7616). Each client gets its own nonce. */
export class Access {
  readonly #auth: CameraAuth;
  readonly #nonce = randomBytes(12).toString('hex');

  constructor(auth: CameraAuth) {
    this.#auth = auth;
  }

  /** The header of the challenge, unless the request proves that the client has the password; then undefined. */
  challenge(request: RtspRequest): string | undefined {
    const given = request.headers['authorization'] ?? '';
    switch (this.#auth) {
      case 'none':
        return undefined;
      case 'basic':
        return given === `Basic ${Buffer.from(`${CAMERA_USER}:${CAMERA_PASSWORD}`).toString('base64')}`
          ? undefined
          : `Basic realm="${REALM}"`;
      case 'digest-md5':
        return this.#isProof(given, request.method, 'md5')
          ? undefined
          : `Digest realm="${REALM}", nonce="${this.#nonce}"`;
      case 'digest-sha-256':
        return this.#isProof(given, request.method, 'sha256')
          ? undefined
          : `Digest realm="${REALM}", qop="auth", algorithm=SHA-256, nonce="${this.#nonce}"`;
    }
  }

  #isProof(given: string, method: string, algorithm: 'md5' | 'sha256'): boolean {
    const hash = (text: string): string => createHash(algorithm).update(text).digest('hex');
    const fields = Object.fromEntries(
      [...given.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name, quoted, bare]) => [
        name,
        quoted ?? bare ?? '',
      ]),
    );
    if (fields['username'] !== CAMERA_USER || fields['nonce'] !== this.#nonce || fields['realm'] !== REALM)
      return false;
    const secret = hash(`${CAMERA_USER}:${REALM}:${CAMERA_PASSWORD}`);
    const count = fields['qop'] === undefined ? [] : [fields['nc'], fields['cnonce'], fields['qop']];
    return fields['response'] === hash([secret, this.#nonce, ...count, hash(`${method}:${fields['uri']}`)].join(':'));
  }
}
