import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { checkPolicy } from '../scheduling/decide.js';
import type { Policy, PolicyKind } from '../scheduling/policy.js';

/** A path: with a folder in front, or with the ending of a module. The name of an export may follow `#`. */
const MODULE = /^(?<path>\.{0,2}\/[^#]*|[^#]*\.[cm]?js)(?:#(?<name>.+))?$/;

/**
 * A schedule in a module of the user's own. Its default export, or the export named behind `#`, is a policy. Loading it
 * runs its code.
 */
export const ownPolicyKind: PolicyKind = {
  form: './FILE.js',
  where: 'FILE.js exports a policy',
  description: 'A policy of your own, from a module.',
  examples: ['./mine.js', '../mine.mjs', '/policies/mine.cjs#second'],
  parse(text) {
    const { path, name = 'default' } = MODULE.exec(text)?.groups ?? {};
    return path === undefined ? undefined : loadPolicy(path, name);
  },
  anchor(text, folder) {
    const { path } = MODULE.exec(text)?.groups ?? {};
    return path === undefined ? undefined : resolve(folder, path) + text.slice(path.length);
  },
};

const require = createRequire(import.meta.url);

/**
 * @param path relative to the working folder
 * @throws UsageError naming the file and the export
 */
function loadPolicy(path: string, name: string): Policy {
  let exported: unknown;
  try {
    exported = require(resolve(path));
  } catch (cause) {
    throw new UsageError(`schedule ${path} cannot be loaded: ${reasonOf(cause)}`, { cause });
  }
  const policy = exportOf(exported, name);
  if (policy === undefined)
    throw new UsageError(
      name === 'default'
        ? `schedule ${path} has no default export; export the policy with "export default { name, initial, decide }"`
        : `schedule ${path} has no export "${name}"; it has ${namesIn(exported)}`,
    );
  try {
    checkPolicy(policy);
  } catch (cause) {
    throw new UsageError(`schedule ${path}, export "${name}": ${(cause as Error).message}`, { cause });
  }
  return policy;
}

function exportOf(exported: unknown, name: string): unknown {
  if (typeof exported !== 'object' || exported === null) return name === 'default' ? exported : undefined;
  if (Object.hasOwn(exported, name)) return (exported as Record<string, unknown>)[name];
  // The default export of CommonJS is the module itself.
  return name === 'default' && 'decide' in exported ? exported : undefined;
}

function namesIn(exported: unknown): string {
  const names = typeof exported === 'object' && exported !== null ? Object.keys(exported) : [];
  return names.length === 0 ? 'none' : names.join(', ');
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : { message: String(cause) };
  if (code === 'ERR_REQUIRE_ASYNC_MODULE') return 'it awaits at its top level; await inside a function instead';
  // Node lists the modules that required it on further lines.
  return message.split('\n', 1)[0];
}
