import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../core/errors.js';
import { redactUrls } from '../core/redact.js';
import type { FoundAtAddress, RecognisedAddress, SourceKind } from '../core/source-kind.js';
import { missingSource, whatIsAt } from './paths.js';

/** The facts of a source that its text states. Without a kind it is a path, and the disk decides its kind. */
export type NamedSource<Open> = RecognisedAddress & { readonly kind: SourceKind<Open> | undefined };

export type FoundSource<Open> = RecognisedAddress & {
  readonly kind: SourceKind<Open>;
  /** The content of its address; undefined if nothing was asked. */
  readonly content?: FoundAtAddress | undefined;
};

/** The forms of a source, for messages and help: `a video file, rtsp://, or demo:`. */
export function sourceForms(kinds: readonly SourceKind[]): string {
  return oneOf(kinds.flatMap((kind) => kind.forms));
}

/** The forms of a source whose video can be recorded as it is coded. */
export function codedForms(kinds: readonly SourceKind[]): string {
  return oneOf(kinds.flatMap((kind) => kind.codedForms ?? []));
}

function oneOf(forms: readonly string[]): string {
  return forms.length === 1 ? forms[0] : `${forms.slice(0, -1).join(', ')}, or ${forms[forms.length - 1]}`;
}

/** @throws UsageError if the text is no address whose video can be recorded as it is coded */
export function checkCoded(text: string, kinds: readonly SourceKind[]): void {
  const { kind, address } = recogniseSource(text, kinds);
  if (kind?.codedForms?.some((form) => address.toLowerCase().startsWith(form)) !== true)
    throw new UsageError(`"${redactUrls(text)}" cannot be recorded as it is coded; it must be ${codedForms(kinds)}`);
  const why = kind.whyNotCoded?.(address);
  if (why !== undefined) throw new UsageError(`"${redactUrls(text)}" cannot be recorded as it is coded: ${why}`);
}

/**
 * Asks every kind whether it recognises the text. A relative path of something that exists is a path, even if it has
 * another form as well: the name of a folder may be a number.
 * @param folder start of relative paths
 * @throws UsageError for an unknown scheme, for an empty text, and for a malformed one
 */
export function recogniseSource<Open>(
  text: string,
  kinds: readonly SourceKind<Open>[],
  folder = process.cwd(),
): NamedSource<Open> {
  const source = text.trim();
  if (source === '') throw new UsageError(`a source is empty; it must be ${sourceForms(kinds)}`);
  if (/^file:\/\//i.test(source)) return pathOf(fileUrlPath(source));
  if (!isAbsolute(source) && existsSync(resolve(folder, source))) return pathOf(source);
  for (const kind of kinds) {
    const recognised = kind.recognise?.(source);
    if (recognised !== undefined) return { ...recognised, kind };
  }
  // A scheme has two letters or more: C:\clips\a.mp4 is a path.
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(source)?.[1].toLowerCase();
  if (scheme !== undefined)
    throw new UsageError(`"${scheme}://" is not a source that Nowcast reads; it must be ${sourceForms(kinds)}`);
  // ffmpeg's form of a path.
  return pathOf(/^file:(?=.)/i.test(source) ? source.slice('file:'.length) : source);
}

function pathOf(path: string): RecognisedAddress & { readonly kind: undefined } {
  return { kind: undefined, address: path, streamId: fileNameOf(path) };
}

function fileUrlPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new UsageError(
      `the source "${url}" is not a file on this machine (${(cause as Error).message}); write it as file:///PATH`,
      { cause },
    );
  }
}

/**
 * The texts that are addresses whose content decides their kind.
 * @throws UsageError as {@link recogniseSource}
 */
export function addressesToAsk(texts: readonly string[], kinds: readonly SourceKind[]): string[] {
  return texts.filter((text) => /^https?:/i.test(recogniseSource(text, kinds).address));
}

/** The contents of addresses, by the texts of sources. */
export type ContentByText = ReadonlyMap<string, FoundAtAddress>;

/**
 * Asks all sources that are addresses for their content at once.
 * @param known the answers of an earlier time, which are not asked for again
 * @throws UsageError as {@link recogniseSource}
 */
export async function lookAtSources(
  texts: readonly string[],
  kinds: readonly SourceKind[],
  known: ContentByText = new Map(),
): Promise<ContentByText> {
  const found = await Promise.all(
    texts.map(async (text): Promise<[string, FoundAtAddress | undefined]> => {
      if (known.has(text)) return [text, known.get(text)];
      const { kind, address } = recogniseSource(text, kinds);
      return [text, await kind?.lookAt?.(address)];
    }),
  );
  return new Map(found.filter((entry): entry is [string, FoundAtAddress] => entry[1] !== undefined));
}

/**
 * The kind of a source, from its text, its content, or the file or folder at its path.
 * @throws UsageError as {@link recogniseSource}, and if the path does not exist or no kind reads it
 */
export function findSource<Open>(
  text: string,
  kinds: readonly SourceKind<Open>[],
  contents: ContentByText = new Map(),
): FoundSource<Open> {
  const named = recogniseSource(text, kinds);
  if (named.kind !== undefined) {
    const content = contents.get(text);
    return { ...named, kind: kinds.find(({ name }) => name === content?.kind) ?? named.kind, content };
  }
  const path = resolve(named.address);
  const what = whatIsAt(path);
  const kind = kinds.find((one) => one.takesPath?.(path, what) === true);
  if (kind === undefined && what === 'nothing') throw missingSource(path);
  if (kind === undefined)
    throw new UsageError(
      `the source ${path} is a ${what}, which Nowcast cannot read; it must be ${sourceForms(kinds)}`,
    );
  return { ...named, address: path, kind };
}

/** The name of a file or device without its folder and ending. */
export function fileNameOf(path: string): string {
  const name =
    path
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? '';
  return name.replace(/(?<=.)\.[^.]+$/, '') || 'source';
}
