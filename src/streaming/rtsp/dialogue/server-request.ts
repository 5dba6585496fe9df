import { SessionFailure } from '../failure.js';
import { headerOf, type RtspRequest } from './message.js';

/** A client's reaction to a request of its server (RFC 2326 §10). */
export type ServerRequestAnswer = {
  readonly answer: string;
  /** True if the request ends the session. */
  readonly failure?: SessionFailure;
};

const UNDERSTOOD = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER', 'ANNOUNCE', 'REDIRECT'];

/** 200 for requests that servers send to clients (some cameras hang up without it), 501 for all others. */
export function answerTo({ method, headers }: RtspRequest): ServerRequestAnswer {
  const fields = [
    UNDERSTOOD.includes(method) ? 'RTSP/1.0 200 OK' : 'RTSP/1.0 501 Not Implemented',
    ...['CSeq', 'Session'].flatMap((name) => {
      const value = headerOf(headers, name.toLowerCase());
      return value === undefined ? [] : [`${name}: ${value.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 256)}`];
    }),
    ...(method === 'OPTIONS' ? [`Public: ${UNDERSTOOD.join(', ')}`] : []),
  ];
  return {
    answer: `${fields.join('\r\n')}\r\n\r\n`,
    ...(method === 'REDIRECT'
      ? { failure: new SessionFailure('lost', 'the camera redirects to another address') }
      : {}),
  };
}
