import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** Writes a zoo of YOLOX-like models with these contents, by name. @returns its path */
export function writeZoo(path: string, models: Readonly<Record<string, Uint8Array | string>>): string {
  const entries = Object.entries(models).map(
    ([name, content]) => `  ${name}:
    file: ${name.replaceAll('-', '_')}.onnx
    bytes: ${content.length}
    sha256: ${createHash('sha256').update(content).digest('hex')}
    input: { width: 416, height: 416 }
    labels: coco
    parametersM: 5.06
`,
  );
  writeFileSync(path, `release: https://models.example.org/yolox/\nlicence: own\nmodels:\n${entries.join('')}`);
  return path;
}
