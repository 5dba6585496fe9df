/** Metadata under which an ONNX file keeps the names of its classes, as a JSON array. */
export const CLASSES_KEY = 'classes';

/** Undefined where there is not one for each class: other programs write what they like under such a key. */
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
