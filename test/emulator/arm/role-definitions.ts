/** Role definitions: https://learn.microsoft.com/rest/api/authorization/role-definitions */
import { roleOfId } from "../authorization/role-assignments.ts";
import { ROLES, type Role } from "../authorization/roles.ts";
import type { PathParameters, ServiceAnswer } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import { type ArmContext, type ArmRoute, subscriptionScope } from "./context.ts";

const ROLE_DEFINITIONS = "/providers/Microsoft\\.Authorization/roleDefinitions";

/** Finding a role by its name. A name that no role has gives an empty list, not an error. */
export const ROLE_DEFINITION_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: new RegExp(`^(?<scope>.*)${ROLE_DEFINITIONS}/?$`, "i"),
    action: "Microsoft.Authorization/roleDefinitions/read",
    scope: (_, { scope = "" }) => scope,
    answer: listRoles,
  },
  {
    method: "GET",
    path: new RegExp(`^(?<scope>.*)${ROLE_DEFINITIONS}/(?<name>[^/]+)/?$`, "i"),
    action: "Microsoft.Authorization/roleDefinitions/read",
    scope: (_, { scope = "" }) => scope,
    answer: getRole,
  },
];

function listRoles(context: ArmContext): ServiceAnswer {
  const filter = context.request.url.searchParams.get("$filter") ?? "";
  const name = /roleName eq '(?<name>(?:[^']|'')*)'/i.exec(filter)?.groups?.["name"]?.replaceAll("''", "'");
  const value = ROLES.filter(
    ({ roleName }) => name === undefined || roleName.toLowerCase() === name.toLowerCase(),
  );
  return { status: 200, body: { value: value.map((role) => definition(role, context)) } };
}

function getRole(context: ArmContext, { name = "" }: PathParameters): ServiceAnswer {
  const role = roleOfId(name);
  if (role) {
    return { status: 200, body: definition(role, context) };
  }
  throw new ServiceFault(
    404,
    "RoleDefinitionDoesNotExist",
    `The specified role definition with ID '${name}' does not exist.`,
  );
}

/** The id that assignments name the role by. */
export function roleDefinitionId({ id }: Role, context: ArmContext): string {
  return `${subscriptionScope(context)}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
}

function definition(role: Role, context: ArmContext): object {
  const { roleName, description, actions, dataActions } = role;
  return {
    id: roleDefinitionId(role, context),
    name: role.id,
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName,
      type: "BuiltInRole",
      description,
      assignableScopes: ["/"],
      permissions: [{ actions, notActions: [], dataActions, notDataActions: [] }],
    },
  };
}
