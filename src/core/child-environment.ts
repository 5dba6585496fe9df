import { splitUrl } from './url-parts.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that a child needs: for finding programs and libraries, for folders, language and time, and proxies. */
const NAMES = new Set(
  `PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TMP TEMP LD_LIBRARY_PATH LD_PRELOAD DYLD_LIBRARY_PATH
   DYLD_FALLBACK_LIBRARY_PATH XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME DISPLAY WAYLAND_DISPLAY
   HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR NODE_OPTIONS NODE_V8_COVERAGE
   NODE_EXTRA_CA_CERTS SYSTEMROOT WINDIR COMSPEC PATHEXT APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES USERPROFILE
   SYSTEMDRIVE NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE`.split(/\s+/),
);

/** Variables of the libraries that compute and decode, such as `OMP_NUM_THREADS` and `CUDA_VISIBLE_DEVICES`. */
const LIBRARIES =
  /^(?:LC|CUDA|CUDNN|NVIDIA|NV|TRT|TENSORRT|ORT|OMP|GOMP|KMP|MKL|OPENBLAS|HIP|HSA|ROCM|ROCR|GPU|LIBVA|VDPAU|MESA|DRI|VK|EGL|GL|DXIL|OPENVINO|GLIBC|MALLOC|ASAN|SVT)_/;

/** Words of names whose values are secrets, whatever the library. */
const SECRET_NAME = /PASS|SECRET|TOKEN|CREDENTIAL|AUTH|(?:^|_)(?:API|ACCESS|PRIVATE)?_?KEY(?:_|$)/;

/**
 * The part of an environment that a child process gets. Passwords and tokens of cameras, feeds and other programs stay
 * out: the system shows a process's environment to its user's other programs, and a child that is taken over reads it.
 */
export function childEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => {
      const [name, value] = entry;
      const upper = name.toUpperCase();
      return (
        value !== undefined &&
        (NAMES.has(upper) || LIBRARIES.test(upper)) &&
        !SECRET_NAME.test(upper) &&
        splitUrl(value).user === undefined &&
        !/^[^/]*:[^/@]*@/.test(value)
      );
    }),
  );
}
