import { CHOOSING_PARAMETERS, HARMLESS_ENDINGS, HARMLESS_WORDS, KNOWN_PARAMETERS } from './harmless-words.js';
import { isHost, splitUrl } from './url-parts.js';

/** The text in place of a secret. */
export const HIDDEN = '***';

export type ShownUrl = {
  readonly shown: string;
  /** Texts of the URL that it does not show, as typed. Adjacent ones are also listed as one text. */
  readonly hidden: readonly string[];
  /** Of these, the certain secrets: passwords, and values of parameters that do not choose a stream. */
  readonly secrets: readonly string[];
};

/** Longer numbers may be codes. */
const MOST_DIGITS = 4;
/** More numbers than a camera and its stream, or a number and its fraction, may be a code. */
const MOST_NUMBERS = 2;
/** Their numbers are no codes. */
const CODEC = /[hx]26[45]/gi;
/** As many digits, spread over a path, may be a code too. */
const MOST_DIGITS_IN_ALL = 7;

/**
 * A URL as it may be shown: scheme, host, port, and of the rest only words of {@link HARMLESS_WORDS} and short numbers.
 * Everything else may be a secret: cameras have keys in paths and passwords in parameters of any name. A text without a
 * scheme is a path of this machine, and shown as it is.
 */
export function shownUrl(url: string): ShownUrl {
  const { scheme, user, password, rest } = splitUrl(url);
  if (scheme === '' || /^file:/i.test(scheme)) return { shown: url, hidden: [], secrets: [] };
  const [, host, path, query, fragment] = /^([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest)!;
  if (!mayShowHost(url, host)) {
    // Credentials may end anywhere in it.
    const whole = url.slice(scheme.length);
    return { shown: scheme + HIDDEN, hidden: [whole], secrets: password === undefined ? [] : [password] };
  }
  const view = new View();
  if (user !== undefined) {
    view.credentials(user, password);
    view.shape('@');
  }
  view.shape(host);
  const mark = view.mark();
  for (const [i, segment] of path.split('/').entries()) {
    if (i > 0) view.shape('/');
    addSegment(view, segment);
  }
  if (query !== undefined) {
    view.shape('?');
    addParameters(view, query.slice(1));
  }
  if (fragment !== undefined) {
    view.shape('#');
    view.hide(fragment.slice(1));
  }
  view.hideDigitsIfMany(mark);
  return { shown: scheme + view.text, hidden: view.hidden, secrets: view.secrets };
}

/** Parameters of a web address, of which one contains an `@`. */
const PARAMETERS_WITH_AT = /\?[a-z][\w-]*=[^#@&;]*(?:[&;][a-z][\w-]*=[^#@&;]*)*@[^#]*/i;
const HOST_AND_PATH = /^[^/?#]*(?:\/[\w.-]+)+\?/;
const NUMERIC_HOST = /^(?:\[[^\]]+\]|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/;

/**
 * A name before an `@` may be the beginning of credentials whose password has a slash. A numeric address is none, nor
 * is a name before the parameters of a web address; after other credentials, only if there is a path between.
 */
function mayShowHost(url: string, host: string): boolean {
  const { scheme, user, rest } = splitUrl(url);
  if (host !== '' && !/^:\d{1,5}$/.test(host) && !isHost(host)) return false;
  const mayHaveParameters = /^http/i.test(scheme) && (user === undefined || HOST_AND_PATH.test(rest));
  const doubtful = mayHaveParameters ? rest.replace(PARAMETERS_WITH_AT, '') : rest;
  return !doubtful.includes('@') || NUMERIC_HOST.test(host);
}

function addSegment(view: View, segment: string): void {
  const [first, ...parameters] = segment.split(';');
  if (first.includes('=')) addAssignments(view, first);
  else addWords(view, first);
  for (const parameter of parameters) {
    view.shape(';');
    addParameter(view, parameter);
  }
}

/** `user=me_password=secret_channel=1_stream=0.sdp`, as cameras with chips of Xiongmai have it in their paths. */
function addAssignments(view: View, text: string): void {
  const names = [...text.matchAll(/(?<=^|[&,_])[a-z]+(?==)/gi)].filter(([name]) =>
    KNOWN_PARAMETERS.has(name.toLowerCase()),
  );
  const [first] = names;
  if ((first as unknown) === undefined) {
    addParameter(view, text);
    return;
  }
  if (first.index > 0) {
    view.hide(text.slice(0, first.index - 1));
    view.shape(text[first.index - 1]);
  }
  for (const [i, { index }] of names.entries()) {
    const next = names[i + 1]?.index ?? text.length + 1;
    addParameter(view, text.slice(index, next - 1));
    if (next <= text.length) view.shape(text[next - 1]);
  }
}

function addParameters(view: View, text: string): void {
  for (const piece of text.split(/([&;])/)) {
    if (piece === '&' || piece === ';') view.shape(piece);
    else addParameter(view, piece);
  }
}

function addParameter(view: View, text: string): void {
  const equals = text.indexOf('=');
  if (equals < 0) {
    addWords(view, text);
    return;
  }
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (isKnownParameter(name)) view.show(name);
  else view.hide(name);
  view.shape('=');
  if (!CHOOSING_PARAMETERS.has(name.toLowerCase())) view.hide(value, true);
  else addWords(view, value);
}

function addWords(view: View, text: string): void {
  if (isHarmless(text)) {
    view.show(text);
    return;
  }
  const ending = /^(.+)(\.(\w+))$/s.exec(text);
  if (ending === null || !HARMLESS_ENDINGS.has(ending[3].toLowerCase())) {
    view.hide(text);
    return;
  }
  if (isHarmless(ending[1])) view.show(ending[1]);
  else view.hide(ending[1]);
  view.show(ending[2]);
}

function isKnownParameter(name: string): boolean {
  return KNOWN_PARAMETERS.has(name.toLowerCase()) || /^[a-z]{1,3}$/i.test(name);
}

/** Words of the list and one short number, in any of the usual notations: `h264Preview_01_main`, `live.sdp`. */
function isHarmless(text: string): boolean {
  if (!/^(?:[a-z\d]+(?:[._-][a-z\d]+)*)?$/i.test(text)) return false;
  if (/^[a-z]\d{0,3}$/i.test(text)) return true;
  if (countDigits(text.replaceAll(CODEC, '')) > MOST_DIGITS) return false;
  const words = text.split(/[._-]/);
  if (words.filter((word) => /^\d+$/.test(word)).length > MOST_NUMBERS) return false;
  // One letter is a size, as in yolox_s; several spell a word.
  if (words.filter((word) => /^[a-z]$/i.test(word)).length > 1) return false;
  return words.every((word) => /^[a-z]?$/i.test(word) || isHarmlessWord(word));
}

function isHarmlessWord(word: string): boolean {
  if (/^\d+$/.test(word) || HARMLESS_WORDS.has(word.toLowerCase())) return true;
  return [/h26[45]|\d+|[a-z]+/gi, /[hH]26[45]|\d+|[A-Z]?[a-z]+|[A-Z]+/g].some((pieces) =>
    (word.match(pieces) ?? []).every((one) => /^\d+$/.test(one) || HARMLESS_WORDS.has(one.toLowerCase())),
  );
}

function countDigits(text: string): number {
  return text.replaceAll(/\D/g, '').length;
}

type Piece = { readonly raw: string; readonly kind: 'shape' | 'shown' | 'hidden' | 'secret' };

/** The URL, piece by piece. */
class View {
  readonly #pieces: Piece[] = [];

  /** Punctuation, and the host. */
  shape(raw: string): void {
    this.#pieces.push({ raw, kind: 'shape' });
  }

  show(raw: string): void {
    this.#pieces.push({ raw, kind: 'shown' });
  }

  hide(raw: string, isSecret = false): void {
    if (raw !== '') this.#pieces.push({ raw, kind: isSecret ? 'secret' : 'hidden' });
  }

  credentials(user: string, password: string | undefined): void {
    if (password === undefined) this.hide(user, true);
    else {
      this.hide(user);
      this.shape(':');
      this.hide(password, true);
    }
  }

  mark(): number {
    return this.#pieces.length;
  }

  hideDigitsIfMany(from: number): void {
    const shown = this.#pieces.slice(from).filter(({ kind }) => kind === 'shown');
    if (countDigits(shown.map(({ raw }) => raw).join('')) <= MOST_DIGITS_IN_ALL) return;
    for (let i = from; i < this.#pieces.length; i++) {
      const { raw, kind } = this.#pieces[i];
      if (kind === 'shown' && /\d/.test(raw)) this.#pieces[i] = { raw, kind: 'hidden' };
    }
  }

  get text(): string {
    const text = this.#pieces.map(({ raw, kind }) => (isShown(kind) ? raw : HIDDEN)).join('');
    // Whether a user or a password is missing is nobody's concern.
    return text.replace(/^(?:(?:\*{3})?:\*{3}|\*{3}:)@/, `${HIDDEN}@`);
  }

  /** Each hidden piece, and each run of them with the punctuation between: a secret may contain punctuation. */
  get hidden(): readonly string[] {
    const single = this.#pieces.filter(({ kind }) => !isShown(kind)).map(({ raw }) => raw);
    const runs: string[] = [];
    let [run, between] = ['', ''];
    for (const { raw, kind } of this.#pieces) {
      if (!isShown(kind)) [run, between] = [run === '' ? raw : run + between + raw, ''];
      else if (kind === 'shape' && raw.length === 1) between += raw;
      else {
        runs.push(run);
        [run, between] = ['', ''];
      }
    }
    return [...new Set([...single, ...runs, run])].filter((text) => text !== '');
  }

  get secrets(): readonly string[] {
    return this.#pieces.filter(({ kind }) => kind === 'secret').map(({ raw }) => raw);
  }
}

function isShown(kind: Piece['kind']): boolean {
  return kind === 'shape' || kind === 'shown';
}
