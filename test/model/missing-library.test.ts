import assert from 'node:assert/strict';
import { missingLibrary } from '../../src/model/missing-library.js';

describe('missingLibrary', () => {
  it('finds the library that a provider of ONNX Runtime lacks, on Linux', () => {
    const output =
      '[E:onnxruntime:Default, provider_bridge_ort.cc:2251 TryGetProviderInfo_CUDA] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1844 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory';
    assert.equal(missingLibrary(output), 'libcublasLt.so.13');
  });

  it('finds it on Windows', () => {
    const output =
      'Error loading "C:\\app\\onnxruntime_providers_cuda.dll" which depends on "cublasLt64_13.dll" which is missing. (Error 126: "The specified module could not be found.")';
    assert.equal(missingLibrary(output), 'cublasLt64_13.dll');
  });

  it('finds none where none is named', () => {
    assert.equal(missingLibrary('Failed to get a WebGPU adapter: No supported adapters'), undefined);
  });
});
