/** The kind of a camera's answer to a request for pictures. */
export type AnswerKind =
  /** @property boundary as the camera writes it; undefined if it names none */
  | { readonly kind: 'multipart'; readonly boundary: string | undefined }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'other'; readonly type: string };

/** Reads the header `Content-Type` of an answer (RFC 9110 §8.3, RFC 2046 §5.1.1). */
export function answerKind(contentType: string | undefined): AnswerKind {
  const type = (contentType ?? '').split(';')[0].trim().toLowerCase();
  if (/^multipart\//.test(type)) {
    const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(contentType!) ?? [];
    return { kind: 'multipart', boundary: quoted ?? bare };
  }
  return /^image\/(?:jpeg|jpg|pjpeg)$/.test(type)
    ? { kind: 'snapshot' }
    : { kind: 'other', type: type === '' ? 'no type' : type };
}
