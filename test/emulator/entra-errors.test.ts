/** Errors of Entra ID that only an administrator, or a test, brings about. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { authorize, requestToken, runSdk, secretForm, send } from "./client.ts";
import { type Emulator, entraErrorBody, startEmulator } from "./index.ts";

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => await emulator.close());

describe("a disabled application", () => {
  test("gets no more tokens, and keeps the one that it has", async () => {
    const principal = await emulator.createServicePrincipal("client-secret");
    const vault = emulator.createVault("myvault");
    const headers = await authorize(emulator, principal);
    emulator.disable(principal);
    const { status, json } = await requestToken(emulator, secretForm(principal));
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: "unauthorized_client", error_codes: [7000112] });
    const { error_description } = json as { error_description: string };
    expect(error_description).toStartWith(
      `AADSTS7000112: Application '${principal.appId}'(app-${principal.appId.slice(0, 8)}) is disabled. Trace ID: `,
    );
    expect(emulator.log.at(-1)).toMatchObject({ errorCode: "AADSTS7000112", status: 400 });
    expect((await send(emulator, `${vault.url}/keys/k?api-version=7.4`, { headers })).status).toBe(403);
  });

  test("is one application", async () => {
    const [one, other] = await Promise.all([
      emulator.createServicePrincipal("client-secret"),
      emulator.createServicePrincipal("client-secret"),
    ]);
    emulator.disable(one);
    expect((await requestToken(emulator, secretForm(other))).status).toBe(200);
    const wrong = await requestToken(emulator, secretForm(one, { client_secret: "wrong" }));
    expect(wrong.json).toMatchObject({ error_codes: [7000215] });
  });

  test("is no person and no managed identity", () => {
    const user = emulator.createUser({ userPrincipalName: "signer@example.com" });
    expect(() => emulator.disable(user)).toThrow("no service principal");
    expect(() => emulator.disable(emulator.createManagedIdentity("user-assigned"))).toThrow(
      "no service principal",
    );
  });
});

describe("the body of any error", () => {
  test("has the fields, and the description the ids, of Entra ID's own", async () => {
    const injected = entraErrorBody(7000222, "The provided client secret keys are expired.") as Record<
      string,
      unknown
    >;
    const principal = await emulator.createServicePrincipal("client-secret");
    const { json } = await requestToken(emulator, secretForm(principal, { client_secret: "wrong" }));
    expect(Object.keys(injected)).toEqual(Object.keys(json as object));
    expect(injected).toMatchObject({
      error: "invalid_client",
      error_codes: [7000222],
      error_uri: "https://login.microsoftonline.com/error?code=7000222",
    });
    const { trace_id, correlation_id, timestamp } = injected;
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
    expect(injected["error_description"]).toBe(
      `AADSTS7000222: The provided client secret keys are expired. Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
    );
    expect(trace_id).not.toBe(correlation_id);
  });

  test("names the code once, whoever wrote it", () => {
    const { error_description } = entraErrorBody(50001, "AADSTS50001: No.") as { error_description: string };
    expect(error_description).toStartWith("AADSTS50001: No. Trace ID: ");
  });

  test.each([
    [7000215, "invalid_client"],
    [700024, "invalid_client"],
    [7000222, "invalid_client"],
    [50173, "invalid_grant"],
    [50076, "invalid_grant"],
    [53003, "invalid_grant"],
    [700016, "unauthorized_client"],
    [7000112, "unauthorized_client"],
    [500011, "invalid_resource"],
    [500014, "invalid_resource"],
    [90033, "temporarily_unavailable"],
    [70011, "invalid_scope"],
    [90002, "invalid_request"],
    [12345678, "invalid_request"],
  ])("of AADSTS%d is %s", (code, error) => {
    expect(entraErrorBody(code, "text")).toMatchObject({ error });
  });

  test("reaches the SDK by a fault", async () => {
    const principal = await emulator.createServicePrincipal("client-secret");
    const description = "The provided client secret keys for app are expired.";
    emulator.addFault({
      kind: "answer",
      host: "login.microsoftonline.com",
      method: "POST",
      path: /\/oauth2\/v2\.0\/token/,
      status: 401,
      body: entraErrorBody(7000222, description),
    });
    const said = await runSdk(
      emulator,
      principal,
      `import { EnvironmentCredential } from "@azure/identity";
       const credential = new EnvironmentCredential();
       const said = await credential.getToken("https://vault.azure.net/.default").catch(({ message }) => message);
       console.log(said);`,
    );
    expect(said).toContain(`AADSTS7000222: ${description}`);
  });
});
