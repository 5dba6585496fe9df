import { statSync, type Stats } from 'node:fs';

/** What programs, their libraries and name lookups need of a Linux system. None of it is a user's. */
const SYSTEM = `
  /usr /bin /sbin /lib /lib32 /lib64 /libx32 /nix/store /gnu/store
  /etc/alternatives /etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/ld.so.preload /etc/localtime
  /etc/resolv.conf /etc/hosts /etc/host.conf /etc/nsswitch.conf /etc/gai.conf /etc/services /etc/protocols
  /run/systemd/resolve /run/nscd /run/avahi-daemon
  /etc/ssl/certs /etc/ssl/cert.pem /etc/ssl/openssl.cnf /etc/ca-certificates /etc/crypto-policies /etc/pki/ca-trust
  /etc/pki/tls/certs /etc/pki/tls/cert.pem /etc/pki/tls/openssl.cnf /var/lib/ca-certificates
  /dev/null /dev/zero /dev/full /dev/random /dev/urandom`
  .trim()
  .split(/\s+/);
/** Variables of a child that name files or folders, split by colons. */
const VARIABLES = ['LD_LIBRARY_PATH', 'LD_PRELOAD', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** A folder that every Linux has and ffmpeg does not need, and so the place of its root folder. */
const ROOT = '/sys';
/** Neither a program that changes its owner nor a device works there, and nothing can be written. */
const LOCKED = 'rbind,ro,nosuid,nodev';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A script for `sh`, in a namespace of mounts, that runs its arguments as a command from whose root folder only the
 * system's programs, libraries and certificates can be reached.
 * @param shown absolute paths that can be reached, too
 */
export function hidingScript(shown: readonly string[], env: Environment): string {
  const named = VARIABLES.flatMap((name) => env[name]?.split(':') ?? []).filter((path) => /^\/./.test(path));
  const places = [...SYSTEM, ...named, ...shown].flatMap((path) => {
    const stats = lookAt(path);
    return stats === undefined ? [] : [{ path, isFolder: stats.isDirectory(), isDevice: stats.isCharacterDevice() }];
  });
  const apart = places.filter(({ path }, i) => !places.some((one, j) => j < i && isIn(path, one.path)));
  const folders = apart.map(({ path, isFolder }) => (isFolder ? path : path.slice(0, path.lastIndexOf('/'))));
  const files = apart.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
  const table = apart.map(
    ({ path, isDevice }) => `${field(path)} ${field(ROOT + path)} none ${isDevice ? 'bind' : LOCKED}`,
  );
  return [
    'set -e',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `mount -t tmpfs -o mode=755,size=1m tmpfs ${ROOT}`,
    `mkdir -p ${folders.map((path) => quoted(ROOT + path)).join(' ')}`,
    ...files.map((path) => `: >${quoted(ROOT + path)}`),
    `printf '%s\\n' ${table.map(quoted).join(' ')} >${ROOT}/fstab`,
    `mount -a -T ${ROOT}/fstab`,
    `exec chroot ${ROOT} "$@"`,
  ].join('\n');
}

/** Undefined for a place that is absent or closed to this program. */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`);
}

/** A word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A path in a table of mounts, which has an octal number for each byte of its own syntax. */
function field(path: string): string {
  return path.replaceAll(/[ \t\n\v\f\r\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
