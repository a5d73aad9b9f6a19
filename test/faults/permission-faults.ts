/** The vault knows who asks, and does not let them: permissions, roles, firewall, tenant. */
import type { AccessPolicy, RoleName } from "../emulator/types.ts";
import type { FaultCase, FaultFamily, Refusal, Words } from "./fault-case.ts";
import { OBJECT_ID, TENANT_ID } from "./stand-ins.ts";

const PRINCIPAL = `oid=${OBJECT_ID}`;
const VAULT = /https:\/\/myvault\.vault\.azure\.net\b/;
const SET_POLICY =
  `az keyvault set-policy --name myvault --object-id ${OBJECT_ID} --key-permissions sign ` +
  "--secret-permissions get --certificate-permissions get`";

const EVERYTHING: AccessPolicy = { keys: ["sign"], secrets: ["get"], certificates: ["get"] };

/** A tenant that is not the principal's. */
const OTHER_TENANT = "55555555-5555-5555-5555-555555555555";

const TWO_HOURS = 7200;

export const PERMISSION_FAULTS: FaultFamily = {
  title: "Permissions",
  introduction:
    "The vault refuses, and names the principal: `oid` is its object id. What the `az` command after `Fix:` grants is all that " +
    "signing needs.",
  faults: [
    byPolicy("The access policy lacks `certificates get`", without("certificates"), {
      by: "describe-key",
      wanted: [/does not have certificates get permission/],
    }),
    byPolicy("The access policy lacks `secrets get`", without("secrets"), {
      by: "generate-signature",
      wanted: [/does not have secrets get permission/, /ca_certs=/],
    }),
    byPolicy("The access policy lacks `keys sign`", without("keys"), {
      by: "generate-signature",
      wanted: [/does not have keys sign permission/, /key "signer"/],
    }),
    byPolicy("The access policy lacks `keys sign` and `secrets get`", without("keys", "secrets"), {
      by: "generate-signature",
      wanted: [/does not have keys sign permission/, /does not have secrets get permission/],
    }),
    byPolicy("The vault has no access policy for the principal", () => ({}), {
      by: "describe-key",
      wanted: [/does not have certificates get permission/],
    }),
    byRoles("The principal has no role", [], {
      by: "describe-key",
      wanted: [/certificates\/read/, grant("Key Vault Certificate User")],
    }),
    byRoles(
      "The principal has the role Key Vault Crypto User only, since one `az role assignment create` was given several",
      ["Key Vault Crypto User"],
      {
        by: "describe-key",
        wanted: [/certificates\/read/, grant("Key Vault Certificate User"), /command of its own/],
      },
    ),
    byRoles(
      "The principal has the roles Key Vault Crypto User and Key Vault Secrets User",
      ["Key Vault Crypto User", "Key Vault Secrets User"],
      { by: "describe-key", wanted: [/certificates\/read/, grant("Key Vault Certificate User")] },
    ),
    byRoles("The principal has the role Key Vault Certificate User only", ["Key Vault Certificate User"], {
      by: "generate-signature",
      wanted: [/keys\/sign\/action/, grant("Key Vault Crypto User")],
    }),
    byRoles("The principal has the role Key Vault Reader only", ["Key Vault Reader"], {
      by: "generate-signature",
      wanted: [
        /secrets\/getsecret\/action/i,
        /keys\/sign\/action/,
        grant("Key Vault Certificate User"),
        grant("Key Vault Crypto User"),
      ],
    }),
    {
      title: "The vault's firewall is closed to this machine",
      prepare({ vault }) {
        vault.setFirewall("closed");
        return {};
      },
      end: refusedWith("describe-key", [
        /ForbiddenByFirewall/,
        /az keyvault network-rule add --name myvault --ip-address 127\.0\.0\.1/,
      ]),
    },
    {
      title: "The vault takes calls by its private endpoint only",
      prepare({ emulator, host }) {
        const message =
          "Public network access is disabled and request is not from a trusted service nor via an approved private link.";
        const error = { code: "Forbidden", message, innererror: { code: "ForbiddenByConnection" } };
        emulator.addFault({ host, withToken: true, kind: "answer", status: 403, body: { error } });
        return {};
      },
      end: refusedWith("describe-key", [/ForbiddenByConnection/, /virtual network/]),
    },
    tokenRefused(
      "The vault does not take the token: it is of another tenant",
      `AKV10032: Invalid issuer. Expected one of ${issuerOf(OTHER_TENANT)}, found ${issuerOf(TENANT_ID)}.`,
      [/AKV10032/, /az keyvault show --name myvault/, /AZURE_TENANT_ID/],
    ),
    tokenRefused(
      "The vault does not take the token: this machine's clock is two hours ahead",
      "[TokenNotYetValid] Error validating token: 'S2S12087'.",
      [/clock is 120 minutes ahead/, /\nFix: .*clock/],
      -TWO_HOURS,
    ),
  ],
};

function without(...kinds: readonly (keyof AccessPolicy)[]): () => AccessPolicy {
  return () => {
    const left = Object.entries(EVERYTHING).filter(([kind]) => !kinds.some((missing) => missing === kind));
    return Object.fromEntries(left);
  };
}

type Refused = Pick<Refusal, "by" | "wanted">;

function byPolicy(title: string, policyOf: () => AccessPolicy, { by, wanted }: Refused): FaultCase {
  return {
    title,
    prepare({ vault, principal }) {
      vault.setAccessPolicy(principal, policyOf());
      return {};
    },
    end: refusedWith(by, [PRINCIPAL, SET_POLICY, ...wanted]),
  };
}

function byRoles(title: string, roles: readonly RoleName[], { by, wanted }: Refused): FaultCase {
  return {
    title,
    options: { vault: { permissionModel: "rbac" } },
    prepare({ vault, principal }) {
      for (const role of roles) {
        vault.assignRole(principal, role);
      }
      return {};
    },
    end: refusedWith(by, [PRINCIPAL, ...wanted]),
  };
}

/** 401 to a token, with a challenge as each of them has one. */
function tokenRefused(title: string, message: string, wanted: Words, clockOffset = 0): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      const challenge = `Bearer authorization="https://login.microsoftonline.com/${TENANT_ID}", resource="https://vault.azure.net"`;
      emulator.setClockOffset(clockOffset);
      emulator.addFault({
        host,
        withToken: true,
        kind: "answer",
        status: 401,
        headers: { "WWW-Authenticate": challenge },
        body: { error: { code: "Unauthorized", message } },
      });
      return {};
    },
    end: refusedWith("describe-key", wanted),
  };
}

function issuerOf(tenant: string): string {
  return `https://sts.windows.net/${tenant}/`;
}

/** The command that grants a role, and no other role with it. */
function grant(role: RoleName): string {
  return `az role assignment create --role "${role}" --assignee ${OBJECT_ID} --scope `;
}

function refusedWith(by: Refusal["by"], wanted: Words): Refusal {
  return {
    kind: "refused",
    errorCode: "ACCESS_DENIED",
    by: by ?? "describe-key",
    wanted: [VAULT, ...wanted],
  };
}
