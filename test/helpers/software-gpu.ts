import { existsSync } from 'node:fs';

/**
 * SwiftShader, the software Vulkan that Debian's chromium brings along: a WebGPU adapter where there is no GPU. Mesa's
 * lavapipe (22.3) is none for ONNX Runtime 1.30: it lacks dynamic indexing of arrays of images. Undefined where absent.
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
