// ONNX Runtime reads this when it is first loaded. Set it in the main thread: a worker's `process.env` is a copy.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
