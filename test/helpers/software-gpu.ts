import { existsSync } from 'node:fs';

/**
 * SwiftShader, the software Vulkan in Debian's chromium: a WebGPU adapter on machines without a GPU. Mesa's lavapipe
 * (22.3) does not work for ONNX Runtime 1.30, because it lacks dynamic indexing of arrays of images. Undefined if
 * absent.
 */
export const swiftshaderIcd: string | undefined = ['/usr/lib/chromium/vk_swiftshader_icd.json'].find((path) =>
  existsSync(path),
);

/**
 * Makes SwiftShader the Vulkan driver of this process, and of those that it starts, while the enclosing `describe`
 * runs.
 */
export function useSoftwareGpu(): void {
  const found = process.env['VK_ICD_FILENAMES'];
  before(() => {
    if (swiftshaderIcd !== undefined) process.env['VK_ICD_FILENAMES'] = swiftshaderIcd;
  });
  after(() => {
    if (found === undefined) delete process.env['VK_ICD_FILENAMES'];
    else process.env['VK_ICD_FILENAMES'] = found;
  });
}
