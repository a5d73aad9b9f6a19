/** Entra ID gives no access token. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { entraErrorBody } from "../emulator/index.ts";
import type { AnswerFault, FaultMatch } from "../emulator/types.ts";
import type { FaultCase, FaultFamily, FaultySigning, Refusal, Words } from "./fault-case.ts";
import { CLIENT_ID, TENANT_ID } from "./stand-ins.ts";
import type { World } from "./world.ts";

const LOGIN_HOST = "login.microsoftonline.com";
const UNKNOWN_ID = "55555555-5555-5555-5555-555555555555";
const TWO_HOURS = 7200;

export const ENTRA_FAULTS: FaultFamily = {
  title: "Entra ID",
  introduction:
    "The credential is there, and Entra ID gives no access token for it. `AADSTS` and the number are Entra ID's own code of the error.",
  faults: [
    {
      title: "The client secret is wrong",
      prepare: () => ({ environment: { AZURE_CLIENT_SECRET: "the-id-of-the-secret-and-not-its-value" } }),
      end: refused([/AADSTS7000215/, /AZURE_CLIENT_SECRET/, /az ad app credential reset/, CLIENT_ID]),
    },
    injected(
      "The client secret has expired",
      7000222,
      ({ principal }) => `The provided client secret keys for app '${principal.appId}' are expired.`,
      [/az ad app credential reset/, /AZURE_CLIENT_SECRET/, CLIENT_ID],
      401,
    ),
    {
      title: "The tenant has no such application",
      prepare: () => ({ environment: { AZURE_CLIENT_ID: UNKNOWN_ID } }),
      end: refused([/AADSTS700016/, UNKNOWN_ID, /AZURE_CLIENT_ID/, /AZURE_TENANT_ID/]),
    },
    {
      title: "`AZURE_TENANT_ID` is not the vault's tenant",
      options: { vault: { tenantId: UNKNOWN_ID } },
      prepare: () => ({}),
      end: refused([TENANT_ID, UNKNOWN_ID, /AZURE_TENANT_ID/, /^(?!.*AdditionallyAllowed)/s]),
    },
    injected(
      "There is no such tenant",
      90002,
      ({ emulator }) =>
        `Tenant '${emulator.tenantId}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
      [/AZURE_TENANT_ID/, TENANT_ID],
    ),
    {
      title: "The application is disabled",
      prepare({ emulator, principal }) {
        emulator.disable(principal);
        return {};
      },
      end: refused([/AADSTS7000112/, CLIENT_ID, /accountEnabled=true/]),
    },
    {
      title: "`AZURE_AUTHORITY_HOST` is the Entra ID of another cloud than the vault's",
      prepare: () => ({ environment: { AZURE_AUTHORITY_HOST: "https://login.chinacloudapi.cn" } }),
      end: refused([/AADSTS500011/, /AZURE_AUTHORITY_HOST/]),
    },
    injected(
      "A Conditional Access policy forbids the sign-in",
      53003,
      () =>
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
      [/administrator/],
    ),
    {
      title: "No federated credential matches the workload's token",
      options: { credential: "federated-token" },
      prepare: useTokenOfAnotherSubject,
      end: refused([/AADSTS700213/, /az ad app federated-credential list/], "workloadid"),
    },
    {
      title: "The client's certificate is not registered",
      options: { credential: "client-certificate" },
      async prepare({ emulator }) {
        const other = await emulator.createServicePrincipal("client-certificate");
        const { AZURE_CLIENT_CERTIFICATE_PATH = "" } = other.environment;
        return { environment: { AZURE_CLIENT_CERTIFICATE_PATH } };
      },
      end: refused([/AADSTS700027/, /--append --cert/, CLIENT_ID]),
    },
    {
      title: "This machine's clock is two hours behind, with a client certificate",
      options: { credential: "client-certificate" },
      prepare({ emulator }) {
        emulator.setClockOffset(TWO_HOURS);
        return {};
      },
      end: refused([/AADSTS700024/, /clock is 120 minutes behind/, /check this machine's clock/]),
    },
    temporary("Entra ID throttles for good, and `timeout` is 3", 429, {}, "THROTTLED", [/429/]),
    temporary(
      "Entra ID answers 503 for good, and `timeout` is 3",
      503,
      entraErrorBody(90033, "A transient error has occurred. Please try again."),
      "ERROR",
      [/AADSTS90033|503/],
    ),
    {
      title: "A web page answers in place of Entra ID",
      prepare: ({ emulator }) =>
        answer(emulator, { status: 200, body: "<html></html>", contentType: "text/html" }),
      end: refused([`answers in place of ${LOGIN_HOST}`], "environment", "ERROR"),
    },
    {
      title: "Entra ID answers 503 twice",
      prepare: ({ emulator }) =>
        answer(emulator, { status: 503, body: entraErrorBody(90033, "A transient error."), times: 2 }),
      end: { kind: "survived", retries: 2 },
    },
    {
      title: "This machine's clock is two hours behind, with a client secret",
      prepare({ emulator }) {
        emulator.setClockOffset(TWO_HOURS);
        return {};
      },
      end: { kind: "survived", retries: 0 },
    },
  ],
};

function refused(
  wanted: Words,
  credentialType = "environment",
  errorCode: Refusal["errorCode"] = "ACCESS_DENIED",
): Refusal {
  const who = `credential_type=${credentialType} gave no access token for https://myvault.vault.azure.net: `;
  return { kind: "refused", errorCode, wanted: [who, ...wanted] };
}

/** An error that no request to the emulator leads to. */
function injected(
  title: string,
  code: number,
  descriptionOf: (world: World) => string,
  wanted: Words,
  status = 400,
): FaultCase {
  return {
    title,
    prepare: (world) => answer(world.emulator, { status, body: entraErrorBody(code, descriptionOf(world)) }),
    end: refused([`AADSTS${code}: `, ...wanted]),
  };
}

function temporary(
  title: string,
  status: number,
  body: object,
  errorCode: Refusal["errorCode"],
  wanted: Words,
): FaultCase {
  return {
    title,
    prepare({ emulator }) {
      answer(emulator, { status, body });
      return { pluginConfig: { timeout: "3" } };
    },
    end: { ...refused(wanted, "environment", errorCode), retries: 2 },
  };
}

/** Every answer of the token endpoint; Entra ID gives each a request id. */
function answer(
  emulator: World["emulator"],
  fault: Omit<AnswerFault, "kind"> & Pick<FaultMatch, "times">,
): FaultySigning {
  const headers = { "x-ms-request-id": randomUUID() };
  emulator.addFault({ host: LOGIN_HOST, method: "POST", kind: "answer", headers, ...fault });
  return {};
}

/** The workload's own token, whose subject is another than the federated credential's. */
async function useTokenOfAnotherSubject({ principal, writeFile }: World): Promise<FaultySigning> {
  const { AZURE_FEDERATED_TOKEN_FILE = "" } = principal.environment;
  const [header = "", payload = "", signature = ""] = (
    await readFile(AZURE_FEDERATED_TOKEN_FILE, "utf8")
  ).split(".");
  const claims: object = JSON.parse(Buffer.from(payload, "base64url").toString());
  const changed = { ...claims, sub: "system:serviceaccount:default:somebody-else" };
  const encoded = Buffer.from(JSON.stringify(changed)).toString("base64url");
  const file = await writeFile("token.jwt", [header, encoded, signature].join("."));
  return {
    pluginConfig: { credential_type: "workloadid" },
    environment: { AZURE_FEDERATED_TOKEN_FILE: file },
  };
}
