/** Which credential of the SDK's default chain gave a token, and who holds it; why there was none. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccessToken } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  VisualStudioCodeCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { noteChainSource } from "../../src/credential/chain-source.ts";
import { type Credential, createCredential } from "../../src/credential/credential.ts";
import { startBudget } from "../../src/network/budget.ts";
import type { CredentialType } from "../../src/plugin-config/plugin-config.ts";
import { withEnvironment } from "./environment.ts";
import { response, VAULT_URL } from "./fake-network.ts";
import { NOTHING_SET, SERVICE_PRINCIPAL, TENANT } from "./told-credential.ts";

const SCOPE = "https://vault.azure.net/.default";
const TOKEN: AccessToken = { token: "a-token", expiresOnTimestamp: 4_102_444_800_000 };

const WORKLOAD_IDENTITY = {
  AZURE_TENANT_ID: TENANT,
  AZURE_CLIENT_ID: "c",
  /** In the test's folder. */
  AZURE_FEDERATED_TOKEN_FILE: "token",
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs where nothing is set but these variables, and `az` does this. */
async function withAz<T>(
  script: string,
  variables: Readonly<Record<string, string | undefined>>,
  run: () => Promise<T>,
): Promise<T> {
  await writeFile(join(folder, "az"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const path = { PATH: `${folder}:/usr/bin:/bin` };
  return await withEnvironment(
    { ...NOTHING_SET, AZURE_AUTHORITY_HOST: undefined, ...path, ...variables },
    run,
  );
}

const printing = (token: string): string => `echo '{"accessToken":"${token}","expires_on":4102444800}'`;
const SIGNED_OUT = `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`;

/** Entra ID, which gives everybody a token; there is nobody else in this network. */
const entraId: HttpClient = {
  sendRequest: (sent) =>
    new URL(sent.url).hostname === "login.microsoftonline.com"
      ? Promise.resolve(
          response({ body: { access_token: "entra", expires_in: 3600, token_type: "Bearer" } }, sent),
        )
      : Promise.reject(new Error(`unexpected request to ${sent.url}`)),
};

describe("the source of a token of the real default chain", () => {
  const chainOf = (): TokenCredential =>
    new DefaultAzureCredential({ httpClient: entraId, retryOptions: { maxRetries: 0 } });

  test.each<[string, string, Readonly<Record<string, string | undefined>>, string]>([
    ["`az`, where nothing is set", "azurecli", {}, "by-az"],
    ["the service principal of the environment", "environment", SERVICE_PRINCIPAL, "entra"],
    ["the workload identity of the environment", "workloadid", WORKLOAD_IDENTITY, "entra"],
  ])("is %s", async (_what, expected, variables, token) => {
    await writeFile(join(folder, "token"), "a-federated-token");
    const name = variables["AZURE_FEDERATED_TOKEN_FILE"];
    const file = name && join(folder, name);
    await withAz(printing("by-az"), { ...variables, AZURE_FEDERATED_TOKEN_FILE: file }, async () => {
      const chain = chainOf();
      const source = noteChainSource(chain);
      expect(source()).toBeUndefined();
      expect((await chain.getToken(SCOPE))?.token).toBe(token);
      expect(source()).toBe(expected);
    });
  });

  test("is none where no credential has a token, and the failure is the chain's own", async () => {
    await withAz(SIGNED_OUT, {}, async () => {
      const chain = chainOf();
      const source = noteChainSource(chain);
      const error: unknown = await chain.getToken(SCOPE).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "AggregateAuthenticationError", errors: expect.any(Array) });
      expect(source()).toBeUndefined();
    });
  });
});

describe("the source of a token of a chain", () => {
  const giving = (credential: TokenCredential): TokenCredential =>
    Object.assign(credential, { getToken: () => Promise.resolve(TOKEN) });
  const file = { tenantId: TENANT, clientId: "c", tokenFilePath: "/nonexistent" };

  test.each<[string, () => TokenCredential]>([
    ["environment", () => new EnvironmentCredential()],
    ["workloadid", () => new WorkloadIdentityCredential(file)],
    ["managedid", () => new ManagedIdentityCredential()],
    ["azurecli", () => new AzureCliCredential()],
    ["Visual Studio Code", () => new VisualStudioCodeCredential()],
    ["Azure PowerShell", () => new AzurePowerShellCredential()],
    ["azd", () => new AzureDeveloperCliCredential()],
  ])("is named as messages name it: %s", async (name, make) => {
    await withEnvironment(NOTHING_SET, async () => {
      const chain = new ChainedTokenCredential(giving(make()));
      const source = noteChainSource(chain);
      expect(await chain.getToken(SCOPE)).toBe(TOKEN);
      expect(source()).toBe(name);
    });
  });

  test("is the last one, and has no name where it is another's", async () => {
    let signedIn = true;
    const az = Object.assign(new AzureCliCredential(), {
      getToken: () =>
        signedIn ? Promise.resolve(TOKEN) : Promise.reject(new CredentialUnavailableError("signed out")),
    });
    const chain = new ChainedTokenCredential(az, { getToken: () => Promise.resolve(TOKEN) });
    const source = noteChainSource(chain);
    await chain.getToken(SCOPE);
    expect(source()).toBe("azurecli");
    signedIn = false;
    await chain.getToken(SCOPE);
    expect(source()).toBeUndefined();
  });

  test("is not noted by a later SDK's, which is left alone", async () => {
    const getToken = (): Promise<AccessToken> => Promise.resolve(TOKEN);
    for (const later of [{ getToken }, { getToken, getTokenInternal: "another thing" }]) {
      const before = { ...later };
      const source = noteChainSource(later);
      expect({ ...later }).toEqual(before);
      expect(await later.getToken()).toBe(TOKEN);
      expect(source()).toBeUndefined();
    }
  });

  test.each([[TOKEN], [null], [undefined]])(
    "is not known of another result, which passes: %j",
    async (result) => {
      const later = {
        getToken: () => Promise.resolve(null),
        getTokenInternal: () => Promise.resolve(result),
      };
      const source = noteChainSource(later);
      expect<unknown>(await later.getTokenInternal()).toBe(result);
      expect(source()).toBeUndefined();
    },
  );
});

describe("a credential", () => {
  const CLAIMS = { appid: "app", oid: "object", tid: TENANT, upn: "p@example.com" };
  const JWT = `e30.${Buffer.from(JSON.stringify(CLAIMS)).toString("base64url")}.c2ln`;
  const HOLDER = { applicationId: "app", objectId: "object", tenantId: TENANT, user: "p@example.com" };
  /** Signed in to this one tenant alone. */
  const IN_TENANT = `case "$*" in *--tenant*) ${printing(JWT)};; *) ${SIGNED_OUT};; esac`;

  const credentialOf = (credentialType?: CredentialType): Credential => {
    const config = {
      credentialType,
      clientId: undefined,
      chainSource: { kind: "secret" },
      timeout: 20,
    } as const;
    return createCredential(config, VAULT_URL, startBudget(20));
  };
  const failureOf = (credential: Credential, options: object): Promise<unknown> =>
    credential.getToken(SCOPE, options).catch((error: unknown) => error);

  test("knows of nobody before it was asked", () => {
    const credential = credentialOf("azurecli");
    expect([credential.lastHolder(), credential.lastFailure()]).toEqual([undefined, undefined]);
  });

  test.each<[CredentialType | undefined, string | undefined]>([
    ["azurecli", undefined],
    [undefined, "azurecli"],
  ])(
    "by credential_type %p knows who holds its token, and which source it came of: %p",
    async (type, source) => {
      await withAz(printing(JWT), { AZURE_TOKEN_CREDENTIALS: "AzureCliCredential" }, async () => {
        const credential = credentialOf(type);
        await credential.getToken(SCOPE);
        const holder = credential.lastHolder();
        expect(holder).toEqual({
          ...HOLDER,
          managedIdentity: undefined,
          source,
          milliseconds: expect.any(Number),
        });
        expect(holder?.milliseconds).toBeGreaterThan(0);
        expect(credential.lastFailure()).toBeUndefined();
      });
    },
  );

  test("whose token says nothing has a holder of whom nothing is known", async () => {
    await withAz(printing("opaque"), {}, async () => {
      const credential = credentialOf("azurecli");
      await credential.getToken(SCOPE);
      expect(credential.lastHolder()).toMatchObject({ applicationId: undefined, objectId: undefined });
    });
  });

  test("that failed knows why, until it gives a token", async () => {
    await withAz(IN_TENANT, {}, async () => {
      const credential = credentialOf("azurecli");
      const failure = await failureOf(credential, {});
      expect(failure).toMatchObject({ code: "ACCESS_DENIED" });
      expect<unknown>(credential.lastFailure()).toBe(failure);
      expect(credential.lastHolder()).toBeUndefined();
      await credential.getToken(SCOPE, { tenantId: TENANT });
      expect(credential.lastFailure()).toBeUndefined();
      expect(credential.lastHolder()).toMatchObject(HOLDER);
    });
  });

  test("that fails after it gave a token knows both", async () => {
    await withAz(printing(JWT), {}, async () => {
      const credential = credentialOf("azurecli");
      await credential.getToken(SCOPE);
      // For which `az` must sign in.
      const failure = await failureOf(credential, { claims: '{"access_token":{}}' });
      expect<unknown>(credential.lastFailure()).toBe(failure);
      expect(failure).toMatchObject({ code: "ACCESS_DENIED" });
      expect(credential.lastHolder()).toMatchObject(HOLDER);
    });
  });
});
