export const SANDBOX_MODES = ['auto', 'required', 'off'] as const;
/**
 * Whether the processes of ffmpeg run in a sandbox: as far as this machine allows it (`auto`), in any case, or never.
 */
export type SandboxMode = (typeof SANDBOX_MODES)[number];
