/** Who holds which role for what: the role assignments of the subscription and of all that is in it. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { coversAction, ROLES, type Role } from "./roles.ts";

/** One grant of a role. */
export interface RoleAssignment {
  /** GUID. */
  readonly name: string;
  /** A resource's id, or that of the group or subscription it is in. */
  readonly scope: string;
  readonly role: Role;
  /** Object id. */
  readonly principalId: string;
  readonly principalType: "User" | "ServicePrincipal";
  readonly createdOn: Date;
}

/** What a new assignment is made of. */
export type NewRoleAssignment = Omit<RoleAssignment, "name" | "createdOn"> & { readonly name?: string };

/** All role assignments. */
export interface RoleAssignments {
  /** Adds one, or returns the one that there is for the same scope, role and principal. */
  add(assignment: NewRoleAssignment): RoleAssignment;
  remove(matches: (assignment: RoleAssignment) => boolean): void;
  all(): readonly RoleAssignment[];
  /** Whether some role of the principal, at the resource or above it, covers the action. */
  allows(kind: "actions" | "dataActions", action: string, principalId: string, resourceId: string): boolean;
}

/** No assignments. */
export function createRoleAssignments(clock: Clock): RoleAssignments {
  let assignments: readonly RoleAssignment[] = [];
  return {
    add({ name = randomUUID(), ...content }) {
      const existing = assignments.find((assignment) => isSame(assignment, content));
      if (existing) {
        return existing;
      }
      const assignment = { ...content, name, createdOn: clock.date() };
      assignments = [...assignments, assignment];
      return assignment;
    },
    remove(matches) {
      assignments = assignments.filter((assignment) => !matches(assignment));
    },
    all: () => assignments,
    allows: (kind, action, principalId, resourceId) =>
      assignments.some(
        (assignment) =>
          assignment.principalId === principalId &&
          isAtOrAbove(assignment.scope, resourceId) &&
          coversAction(assignment.role[kind], action),
      ),
  };
}

/** Whether two assignments grant the same. */
export function isSame(
  a: Pick<RoleAssignment, "scope" | "role" | "principalId">,
  b: Pick<RoleAssignment, "scope" | "role" | "principalId">,
): boolean {
  return (
    a.scope.toLowerCase() === b.scope.toLowerCase() && a.role === b.role && a.principalId === b.principalId
  );
}

/** Whether what is granted for `scope` reaches the resource. */
export function isAtOrAbove(scope: string, resourceId: string): boolean {
  return `${resourceId}/`.toLowerCase().startsWith(`${scope.replace(/\/$/, "")}/`.toLowerCase());
}

/** The role definition of a full id such as `/subscriptions/…/roleDefinitions/{guid}`, or of the GUID alone. */
export function roleOfId(id: string): Role | undefined {
  const guid = id.split("/").at(-1)?.toLowerCase();
  return ROLES.find((role) => role.id === guid);
}
