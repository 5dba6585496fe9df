/** A server's `Transport` answer (RFC 2326 §12.39); each part only if it is present and valid. */
export type TransportReply = {
  readonly isTcp: boolean;
  readonly isMulticast: boolean;
  readonly isEncrypted: boolean;
  /** Channels of RTP and RTCP. */
  readonly interleaved?: readonly [number, number];
  readonly serverPort?: readonly [number, number];
  /** Of a multicast group. */
  readonly port?: readonly [number, number];
  readonly source?: string;
  readonly destination?: string;
};

const MOST_CHARACTERS = 2048;

/** Reads the first transport of the field. Never throws. */
export function parseTransport(field: string): TransportReply {
  const [specification, ...parameters] = field
    .slice(0, MOST_CHARACTERS)
    .split(',', 1)[0]
    .split(';')
    .map((part) => part.trim());
  const values = new Map(
    parameters.map((parameter) => {
      const [, name, value] = /^([^=]*?)\s*=\s*"?(.*?)"?$/.exec(parameter) ?? ['', parameter, ''];
      return [name.toLowerCase(), value] as const;
    }),
  );
  const address = (name: string): string | undefined => {
    const value = values.get(name);
    return value === undefined || value === '' ? undefined : value.replace(/^\[|\]$/g, '');
  };
  const optional = {
    interleaved: pairOf(values.get('interleaved'), 255),
    serverPort: pairOf(values.get('server_port'), 65_535),
    port: pairOf(values.get('port'), 65_535),
    source: address('source'),
    destination: address('destination'),
  };
  return {
    isTcp: /\/TCP$/i.test(specification) || optional.interleaved !== undefined,
    isMulticast: values.has('multicast'),
    isEncrypted: /SAVP/i.test(specification),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as {
      [K in keyof typeof optional]?: NonNullable<(typeof optional)[K]>;
    }),
  };
}

/** `a-b`, or `a`, which implies `a + 1`. */
function pairOf(text: string | undefined, most: number): readonly [number, number] | undefined {
  const [, first, second] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text ?? '') ?? [];
  if (first === undefined) return undefined;
  const pair = [Number(first), second === undefined ? Number(first) + 1 : Number(second)] as const;
  return Math.max(...pair) <= most ? pair : undefined;
}
