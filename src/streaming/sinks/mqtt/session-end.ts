import type { SessionEnd } from './link.js';

/** An error of the network, of TLS, or of the protocol; the latter with a number as its code. */
export type BrokerError = Error & { readonly code?: string | number | undefined };

export type Asked = {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly isTls: boolean;
};

/** Why an attempt failed or a connection ended, for people. */
export function sessionEnd(error: BrokerError | undefined, asked: Asked): SessionEnd {
  if (error === undefined)
    return {
      why: 'the broker closed the connection',
      // Brokers need not say so, and those for MQTT 3.1.1 cannot.
      whyRepeated: `another client may use the client id "${asked.clientId}"; give each client an mqtt.client_id of its own`,
    };
  const { code, message } = error;
  const why = typeof code === 'number' ? refusal(code, asked) : networkReason(code ?? '', asked);
  return { why: why ?? message, ...(typeof code === 'number' && { isLasting: true as const }) };
}

/** By the codes of MQTT 3.1.1 (§3.2.2.3) and 5 (§2.4). */
function refusal(code: number, { clientId }: Asked): string | undefined {
  switch (code) {
    case 1:
    case 132:
      return 'the broker does not speak this version of MQTT; set mqtt.protocol to the other one';
    case 2:
    case 133:
      return `the broker does not accept the client id "${clientId}"; set mqtt.client_id`;
    case 3:
    case 136:
    case 137:
      return 'the broker is not ready';
    case 4:
    case 134:
      return 'the broker does not accept mqtt.user and mqtt.password';
    case 5:
    case 135:
      return 'the broker does not let this client in; set mqtt.user and mqtt.password, or allow the client id';
    case 142:
      return `another client took over the client id "${clientId}"; give each client an mqtt.client_id of its own`;
    default:
      return undefined;
  }
}

function networkReason(code: string, { host, port, isTls }: Asked): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${host}:${port}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no address is known for ${host}`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to ${host}`;
    case 'ETIMEDOUT':
      return `${host}:${port} does not answer`;
    case 'ECONNRESET':
    case 'EPIPE':
      return isTls
        ? `the connection was cut; ${host}:${port} may not speak TLS, or may ask for a certificate (mqtt.tls_cert)`
        : `the connection was cut; ${host}:${port} may speak TLS only (mqtt.tls)`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'the certificate of the broker is signed by nobody whom this machine trusts; set mqtt.tls_ca';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of the broker is for another name than ${host}; set mqtt.host to that name`;
    case 'CERT_HAS_EXPIRED':
      return 'the certificate of the broker has expired';
    default:
      return undefined;
  }
}

/** The reason for which a broker refuses a message or a client (MQTT 5 §2.4). */
export function refusalText(code: number): string {
  return REASONS[code] ?? `the broker refuses with code ${code}`;
}

const REASONS: Readonly<Record<number, string>> = {
  131: 'Implementation specific error',
  135: 'Not authorized',
  138: 'Banned',
  140: 'Bad authentication method',
  144: 'Topic name invalid',
  145: 'Packet identifier in use',
  147: 'Receive maximum exceeded',
  149: 'Packet too large',
  150: 'Message rate too high',
  151: 'Quota exceeded',
  153: 'Payload format invalid',
  154: 'Retain not supported',
  155: 'QoS not supported',
  156: 'Use another server',
  157: 'Server moved',
  159: 'Connection rate exceeded',
};
