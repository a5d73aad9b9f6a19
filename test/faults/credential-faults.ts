/** There is no credential to begin with, or it is not complete. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FaultCase, FaultFamily, FaultySigning, Refusal, Words } from "./fault-case.ts";
import type { World } from "./world.ts";

/** Nobody listens there: the machine that runs this may have a metadata service of its own. */
const NO_METADATA_SERVICE = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:1" };
const NO_SERVICE_PRINCIPAL = {
  AZURE_TENANT_ID: "",
  AZURE_CLIENT_ID: "",
  AZURE_CLIENT_SECRET: "",
  AZURE_CLIENT_CERTIFICATE_PATH: "",
  AZURE_FEDERATED_TOKEN_FILE: "",
};
const NOTHING = { ...NO_SERVICE_PRINCIPAL, ...NO_METADATA_SERVICE };

const UNKNOWN_ID = "55555555-5555-5555-5555-555555555555";

/** As `az` says it: https://github.com/Azure/azure-cli, `azure.cli.core._profile`. */
const NOT_SIGNED_IN = "ERROR: Please run 'az login' to setup account.";
const LOGIN_EXPIRED =
  "ERROR: AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2025-01-01T12:00:00.0000000Z and was inactive for 90.00:00:00. Trace ID: 77777777-7777-7777-7777-777777777777 Correlation ID: 77777777-7777-7777-7777-777777777777 Timestamp: 2026-01-01 12:00:00Z\nInteractive authentication is needed. Please run:\naz logout\naz login";

export const CREDENTIAL_FAULTS: FaultFamily = {
  title: "Credentials",
  introduction: "There is no credential to ask Entra ID with, or it is not complete.",
  faults: [
    missing("`environment`: `AZURE_CLIENT_SECRET` is not set", "environment", { AZURE_CLIENT_SECRET: "" }, [
      /AZURE_CLIENT_SECRET/,
      /AZURE_CLIENT_CERTIFICATE_PATH/,
    ]),
    missing("`environment`: no variable is set", "environment", NOTHING, [
      /AZURE_TENANT_ID/,
      /AZURE_CLIENT_ID/,
      /AZURE_CLIENT_SECRET/,
    ]),
    {
      title: "`environment`: the file of `AZURE_CLIENT_CERTIFICATE_PATH` is missing",
      prepare: ({ folder }) => ({
        environment: {
          AZURE_CLIENT_SECRET: "",
          AZURE_CLIENT_CERTIFICATE_PATH: join(folder, "client.pem"),
        },
      }),
      end: refused("environment", [/^.*AZURE_CLIENT_CERTIFICATE_PATH.*\/home\/signer\/client\.pem/]),
    },
    {
      title: "`environment`: the file of `AZURE_CLIENT_CERTIFICATE_PATH` is not PEM",
      async prepare({ writeFile: write }) {
        const file = await write("client.pem", "not PEM");
        return { environment: { AZURE_CLIENT_SECRET: "", AZURE_CLIENT_CERTIFICATE_PATH: file } };
      },
      end: refused("environment", [/^.*AZURE_CLIENT_CERTIFICATE_PATH.*\/home\/signer\/client\.pem.*PEM/]),
    },
    missing("`workloadid`: no variable is set", "workloadid", NOTHING, [
      /AZURE_TENANT_ID/,
      /AZURE_CLIENT_ID/,
      /AZURE_FEDERATED_TOKEN_FILE/,
    ]),
    {
      title: "`workloadid`: the file of `AZURE_FEDERATED_TOKEN_FILE` is missing",
      options: { credential: "federated-token" },
      prepare: ({ folder }) => ({
        pluginConfig: { credential_type: "workloadid" },
        environment: { AZURE_FEDERATED_TOKEN_FILE: join(folder, "token.jwt") },
      }),
      end: refused("workloadid", [/^.*AZURE_FEDERATED_TOKEN_FILE.*\/home\/signer\/token\.jwt/]),
    },
    missing("`managedid`: the machine has no managed identity", "managedid", NOTHING, [
      /no managed identity/,
      /client_id=/,
    ]),
    {
      title: "`managedid`: the machine has no identity of this `client_id`",
      prepare: ({ emulator }) => ({
        pluginConfig: { credential_type: "managedid", client_id: UNKNOWN_ID },
        environment: {
          ...NO_SERVICE_PRINCIPAL,
          ...emulator.createManagedIdentity("user-assigned").environment,
        },
      }),
      end: refused("managedid", [new RegExp(`^.*${UNKNOWN_ID}`), /client_id=/]),
    },
    {
      title: "`managedid`: the machine has several user-assigned identities, and `client_id` is not given",
      prepare({ emulator }) {
        emulator.createManagedIdentity("user-assigned");
        const { environment } = emulator.createManagedIdentity("user-assigned");
        return {
          pluginConfig: { credential_type: "managedid" },
          environment: { ...NO_SERVICE_PRINCIPAL, ...environment },
        };
      },
      end: refused("managedid", [/several user-assigned/, /client_id=/]),
    },
    {
      title: "`azurecli`: `az` is not installed",
      prepare: async (world) => ({
        pluginConfig: { credential_type: "azurecli" },
        environment: { ...NOTHING, PATH: await folderForPath(world) },
      }),
      end: refused("azurecli", [/`az`/, /PATH/, /install the Azure CLI/]),
    },
    byAz(
      "`azurecli`: `az` is not signed in",
      `echo "${NOT_SIGNED_IN}" >&2; exit 1`,
      refused("azurecli", [/`az login`/]),
    ),
    byAz(
      "`azurecli`: the login of `az` has expired",
      `echo "${LOGIN_EXPIRED}" >&2; exit 1`,
      refused("azurecli", [/expired/, /`az login/]),
    ),
    byAz("`azurecli`: `az` prints no token", "echo no JSON", refused("azurecli", [/az/])),
    byAz("`azurecli`: `az` does not come to an end, and `timeout` is 3", "exec /bin/sleep 60", {
      kind: "refused",
      errorCode: "TIMEOUT",
      wanted: [/no result within 3 s/, /credential_type=azurecli/, /timeout=<seconds>/],
    }),
    {
      title: "The default chain finds nothing",
      prepare: async (world) => ({
        pluginConfig: { credential_type: undefined },
        environment: { ...NOTHING, PATH: await folderForPath(world) },
      }),
      end: {
        ...refused("", []),
        wanted: [
          /^the default credential chain gave no access token for https:\/\/myvault\.vault\.azure\.net:\n/,
          /\n- environment: /,
          /\n- managedid: /,
          /\n- azurecli: /,
          /\nFix: .*`az login`.*credential_type=/,
        ],
      },
    },
    {
      title: "The default chain stops at a client secret that is wrong",
      prepare: () => ({
        pluginConfig: { credential_type: undefined },
        environment: {
          ...NO_METADATA_SERVICE,
          AZURE_CLIENT_SECRET: "the-id-of-the-secret-and-not-its-value",
        },
      }),
      end: {
        ...refused("", []),
        wanted: [
          /^the default credential chain gave no access token for https:\/\/myvault\.vault\.azure\.net: /,
          /AADSTS7000215/,
          /\nFix: .*AZURE_CLIENT_SECRET/,
        ],
      },
    },
  ],
};

function refused(credentialType: string, wanted: Words): Refusal {
  const who = `credential_type=${credentialType} gave no access token for https://myvault.vault.azure.net: `;
  return { kind: "refused", errorCode: "ACCESS_DENIED", wanted: [who, ...wanted] };
}

function missing(
  title: string,
  credentialType: string,
  environment: Readonly<Record<string, string>>,
  wanted: Words,
): FaultCase {
  return {
    title,
    prepare: () => ({ pluginConfig: { credential_type: credentialType }, environment }),
    end: refused(credentialType, wanted),
  };
}

/** A stand-in for `az`, which a shell runs. */
function byAz(title: string, script: string, end: Refusal): FaultCase {
  return {
    title,
    async prepare(world): Promise<FaultySigning> {
      const folder = await folderForPath(world);
      await writeFile(join(folder, "az"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return {
        pluginConfig: { credential_type: "azurecli", timeout: "3" },
        environment: { ...NOTHING, PATH: folder },
      };
    },
    end,
  };
}

/** An empty folder to look for programs in. */
async function folderForPath({ folder }: World): Promise<string> {
  const path = join(folder, "bin");
  await mkdir(path);
  return path;
}
