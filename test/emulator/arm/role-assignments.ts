/** Role assignments: https://learn.microsoft.com/rest/api/authorization/role-assignments */
import { isAtOrAbove, isSame, type RoleAssignment, roleOfId } from "../authorization/role-assignments.ts";
import { asObject, type PathParameters, parseJsonObject, type ServiceAnswer } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import type { ArmContext, ArmRoute } from "./context.ts";
import { invalidRequestContent } from "./errors.ts";
import { roleDefinitionId } from "./role-definitions.ts";

const ROLE_ASSIGNMENTS = "/providers/Microsoft\\.Authorization/roleAssignments";
const COLLECTION_PATH = new RegExp(`^(?<scope>.*)${ROLE_ASSIGNMENTS}/?$`, "i");
const ASSIGNMENT_PATH = new RegExp(`^(?<scope>.*)${ROLE_ASSIGNMENTS}/(?<name>[^/]+)/?$`, "i");

const scopeOf = (_: ArmContext, { scope = "" }: PathParameters) => scope;

/** Granting, listing and ending roles. */
export const ROLE_ASSIGNMENT_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: COLLECTION_PATH,
    action: "Microsoft.Authorization/roleAssignments/read",
    scope: scopeOf,
    answer: listAssignments,
  },
  {
    method: "GET",
    path: ASSIGNMENT_PATH,
    action: "Microsoft.Authorization/roleAssignments/read",
    scope: scopeOf,
    answer: (context, parameters) => ({ status: 200, body: show(find(context, parameters), context) }),
  },
  {
    method: "PUT",
    path: ASSIGNMENT_PATH,
    action: "Microsoft.Authorization/roleAssignments/write",
    scope: scopeOf,
    answer: createAssignment,
  },
  {
    method: "DELETE",
    path: ASSIGNMENT_PATH,
    action: "Microsoft.Authorization/roleAssignments/delete",
    scope: scopeOf,
    answer: deleteAssignment,
  },
];

/** With the filter `atScope()` those at the scope and above; without it those below as well. */
function listAssignments(context: ArmContext, { scope = "" }: PathParameters): ServiceAnswer {
  const filter = context.request.url.searchParams.get("$filter") ?? "";
  const principalId = /(?:principalId eq|assignedTo\() ?'(?<id>[^']*)'/i.exec(filter)?.groups?.["id"];
  const atScope = /atScope\(\)/i.test(filter);
  const value = context.assignments
    .all()
    .filter((assignment) => principalId === undefined || assignment.principalId === principalId.toLowerCase())
    .filter(
      (assignment) =>
        isAtOrAbove(assignment.scope, scope) || (!atScope && isAtOrAbove(scope, assignment.scope)),
    );
  return { status: 200, body: { value: value.map((assignment) => show(assignment, context)) } };
}

function createAssignment(context: ArmContext, { scope = "", name = "" }: PathParameters): ServiceAnswer {
  const { assignments, directory } = context;
  const properties = asObject(parseJsonObject(context.request.body)?.["properties"]);
  const { roleDefinitionId: roleId, principalId, principalType } = properties ?? {};
  if (typeof roleId !== "string" || typeof principalId !== "string") {
    throw invalidRequestContent("'roleDefinitionId' and 'principalId' are required.");
  }
  const role = roleOfId(roleId);
  if (role === undefined) {
    const message = `The specified role definition with ID '${roleId.split("/").at(-1)}' does not exist.`;
    throw new ServiceFault(404, "RoleDefinitionDoesNotExist", message);
  }
  const principal = directory.byObjectId(principalId)?.principal;
  if (principal === undefined) {
    const message = `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${directory.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`;
    throw new ServiceFault(400, "PrincipalNotFound", message);
  }
  const actualType = principal.kind === "user" ? "User" : "ServicePrincipal";
  if (typeof principalType === "string" && principalType !== actualType) {
    const message = `The PrincipalId '${principalId}' has type '${actualType}' , which is different from specified PrincipalType '${principalType}'.`;
    throw new ServiceFault(400, "UnmatchedPrincipalType", message);
  }
  const wanted = { scope, role, principalId: principal.objectId, principalType: actualType } as const;
  const existing = assignments.all().find((assignment) => isSame(assignment, wanted));
  if (existing) {
    const message = `The role assignment already exists. The ID of the existing role assignment is ${existing.name.replaceAll("-", "")}.`;
    throw new ServiceFault(409, "RoleAssignmentExists", message);
  }
  return { status: 201, body: show(assignments.add({ ...wanted, name }), context) };
}

function deleteAssignment(context: ArmContext, parameters: PathParameters): ServiceAnswer {
  const { scope = "", name = "" } = parameters;
  const found = context.assignments.all().find((assignment) => isNamed(assignment, scope, name));
  if (found === undefined) {
    return { status: 204 };
  }
  context.assignments.remove((assignment) => assignment === found);
  return { status: 200, body: show(found, context) };
}

function find({ assignments }: ArmContext, { scope = "", name = "" }: PathParameters): RoleAssignment {
  const found = assignments.all().find((assignment) => isNamed(assignment, scope, name));
  if (found) {
    return found;
  }
  throw new ServiceFault(404, "RoleAssignmentNotFound", `The role assignment '${name}' is not found.`);
}

function isNamed(assignment: RoleAssignment, scope: string, name: string): boolean {
  return assignment.name === name.toLowerCase() && assignment.scope.toLowerCase() === scope.toLowerCase();
}

function show(assignment: RoleAssignment, context: ArmContext): object {
  const { name, scope, role, principalId, principalType, createdOn } = assignment;
  return {
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    name,
    type: "Microsoft.Authorization/roleAssignments",
    properties: {
      roleDefinitionId: roleDefinitionId(role, context),
      principalId,
      principalType,
      scope,
      condition: null,
      conditionVersion: null,
      createdOn: createdOn.toISOString(),
      updatedOn: createdOn.toISOString(),
      createdBy: null,
      updatedBy: null,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
  };
}
