/** Access policies, as Resource Manager reads and shows them. */
import { asObject } from "../http/exchange.ts";
import { ServiceFault } from "../http/fault.ts";
import type { PolicyPermissions } from "../vault/permissions.ts";
import { invalidRequestContent } from "./errors.ts";

/** https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update#permissions */
const PERMISSIONS: Readonly<Record<keyof PolicyPermissions, readonly string[]>> = {
  keys: [
    ...[
      "all",
      "encrypt",
      "decrypt",
      "wrapKey",
      "unwrapKey",
      "sign",
      "verify",
      "get",
      "list",
      "create",
      "update",
    ],
    ...["import", "delete", "backup", "restore", "recover", "purge", "release", "rotate"],
    ...["getrotationpolicy", "setrotationpolicy"],
  ],
  secrets: ["all", "get", "list", "set", "delete", "backup", "restore", "recover", "purge"],
  certificates: [
    ...["all", "get", "list", "delete", "create", "import", "update", "managecontacts", "getissuers"],
    ...[
      "listissuers",
      "setissuers",
      "deleteissuers",
      "manageissuers",
      "recover",
      "purge",
      "backup",
      "restore",
    ],
  ],
};

/** The policies by object id. Throws a fault for a permission that there is none of. */
export function readAccessPolicies(value: unknown, tenantId: string): ReadonlyMap<string, PolicyPermissions> {
  if (!Array.isArray(value)) {
    throw invalidRequestContent("'accessPolicies' is not a list.");
  }
  return new Map(value.map((entry: unknown) => readEntry(entry, tenantId)));
}

/** The policies as the vault's resource shows them. */
export function showAccessPolicies(
  policies: ReadonlyMap<string, PolicyPermissions>,
  tenantId: string,
): object[] {
  return [...policies].map(([objectId, permissions]) => ({ tenantId, objectId, permissions }));
}

function readEntry(value: unknown, tenantId: string): readonly [string, PolicyPermissions] {
  const entry = asObject(value);
  const objectId = entry?.["objectId"];
  if (typeof objectId !== "string" || objectId === "") {
    throw invalidRequestContent("'objectId' is missing.");
  }
  if (entry?.["tenantId"] !== tenantId) {
    throw new ServiceFault(400, "BadRequest", "An access policy names another tenant than the vault's.");
  }
  const permissions = asObject(entry?.["permissions"]);
  const list = (kind: keyof PolicyPermissions) => readPermissions(permissions?.[kind] ?? [], kind);
  const policy = { keys: list("keys"), secrets: list("secrets"), certificates: list("certificates") };
  return [objectId.toLowerCase(), policy];
}

function readPermissions(value: unknown, kind: keyof PolicyPermissions): readonly string[] {
  if (!Array.isArray(value)) {
    throw invalidRequestContent(`'${kind}' is not a list.`);
  }
  return value.map((permission: unknown) => {
    const name = String(permission).toLowerCase();
    if (PERMISSIONS[kind].some((known) => known.toLowerCase() === name)) {
      return name;
    }
    throw new ServiceFault(
      400,
      "BadRequest",
      `An invalid value was provided for '${kind}': '${permission}'.`,
    );
  });
}
