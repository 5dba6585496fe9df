/** Metadata under which an ONNX file keeps the names of its classes, as a JSON array. */
export const CLASSES_KEY = 'classes';

/** Undefined unless there is one name per class: other programs may write anything under this key. */
export function parseClassNames(json: string | undefined, classCount: number): readonly string[] | undefined {
  try {
    const names = JSON.parse(json ?? 'null') as unknown;
    return Array.isArray(names) && names.length === classCount && names.every((name) => typeof name === 'string')
      ? names
      : undefined;
  } catch {
    return undefined;
  }
}
