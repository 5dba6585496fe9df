import type { LossReason } from '../../../../core/events.js';
import { refusedContent } from '../../../ffmpeg/reach.js';
import type { ConnectionEnd } from './connection.js';

const REFUSED = 'connection refused: the machine is there, nothing listens on this port';
const UNKNOWN_HOST = 'unknown host: check the name';
const NO_ROUTE = 'no route to the camera: check the network';
const TIMED_OUT = 'timed out: the camera does not answer';

/** The reason why a connection failed or ended, in words for the camera's owner. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/401 Unauthorized|authorization failed/i, '401 unauthorised: check user and password'],
  [/403 Forbidden|access denied/i, '403 forbidden: this user may not see this stream'],
  [/404 Not Found|404 Stream Not Found/i, '404 no such stream: check the path of the URL'],
  [/461 |Unsupported transport/i, '461 unsupported transport: try the other one, tcp or udp'],
  [
    /\b(5\d\d) [A-Z]|5XX Server Error/,
    'the camera answers with a server error: it may be starting, or serve as many clients as it can',
  ],
  [/Connection refused/i, REFUSED],
  [/Failed to resolve hostname|Name or service not known|name resolution/i, UNKNOWN_HOST],
  [/No route to host|Network is unreachable|Host is unreachable/i, NO_ROUTE],
  [/timed out|\b(?:udp|srt):\/\/\S*: Input\/output error/i, TIMED_OUT],
  [
    /method PLAY failed: 454|matches no streams|does not contain any stream|Output file #?\d* does not contain/i,
    'no video in this stream (audio only)',
  ],
  [/^\w+:\/\/\S*: Invalid argument/i, 'ffmpeg does not understand this address: check host and port in the URL'],
  [/Protocol not found/i, 'this ffmpeg does not know the protocol of the URL: install one that was built with it'],
  [
    /Unrecognized option|Option (?:not found|\S+ not found)|Error setting option|Error parsing options/i,
    'ffmpeg refuses an option: check inputOptions',
  ],
  [
    /Unable to receive RTP payload type|without an SDP file/i,
    'the stream does not describe its format: give the .sdp file that its sender writes',
  ],
  [/Unknown input format/i, 'this ffmpeg cannot read such a device'],
  [/\/dev\/\S*: No such file or directory/i, 'no such device: is it plugged in?'],
  [/Permission denied/i, 'permission denied: may this user read the device?'],
  [/Device or resource busy/i, 'the device is in use by another program'],
  [/Connection reset|Broken pipe/i, 'the camera closed the connection'],
];

/** Messages about damage in a picture, which does not end a connection. */
const ABOUT_PICTURES = /decoding stream|submitting packet/i;
/** Messages that ffmpeg also prints if a peer was silent for too long. */
const VAGUE = /Invalid data found when processing input|Could not find codec parameters/i;

/**
 * @param errors ffmpeg's last messages of level error, oldest first
 * @param waitedInVain true if nothing came during ffmpeg's whole timeout
 * @returns the reason in plain words; undefined if the messages contain none
 */
export function failureReason(errors: readonly string[], waitedInVain: boolean): string | undefined {
  const refused = refusedContent(errors);
  if (refused !== undefined)
    return `the address gives ${refused.is}, ${refused.namesOthers ? 'and Nowcast opens no other files, addresses or ports for it' : 'which is no video'}`;
  const telling = errors.filter((error) => !ABOUT_PICTURES.test(error));
  const known = REASONS.find(([pattern]) => telling.some((error) => pattern.test(error)))?.[1];
  if (known !== undefined) return known;
  if (waitedInVain) return TIMED_OUT;
  return telling.some((error) => VAGUE.test(error)) ? 'ffmpeg does not recognise the video at this address' : undefined;
}

/**
 * True if the camera may not have responded at all.
 * @param reason from `failureReason`
 */
export function mayBeAway(reason: string): boolean {
  return [REFUSED, UNKNOWN_HOST, NO_ROUTE, TIMED_OUT].includes(reason);
}

/** The texts of reasons by their kind; the first one that fits holds. */
const LOSSES: readonly (readonly [RegExp, LossReason])[] = [
  [/^connection refused/, 'refused'],
  [/^(?:unknown host|no route)/, 'unreachable'],
  [/^timed out/, 'timed-out'],
  [/sent nothing for|nothing has arrived|no picture for/, 'silent'],
  [/^40[13] /, 'denied'],
  [/^(?:404|454|461) |server error|answers \w+ with status/, 'camera-error'],
  [/ended the stream|closed the connection|stopped inside a picture|changed its video/, 'ended'],
];

/** The kind of a connection's end, for counts. */
export function lossReason({ reason, gaveUp }: Pick<ConnectionEnd, 'reason' | 'gaveUp'>): LossReason {
  if (gaveUp === 'silent' || gaveUp === 'behind') return gaveUp;
  return LOSSES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other';
}
