/** What a client of a service may do. Each role may also do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The role that a request needs. */
export type NeededRole = Role | 'anyone';

/** Whether someone of this role, if any, may make a request that needs that one. */
export function isRoleEnough(role: Role | undefined, needed: NeededRole): boolean {
  return needed === 'anyone' || (role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed));
}
