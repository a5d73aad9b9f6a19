/** Managed HSMs: their keys, and how they are used. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createPublicKey, type KeyObject } from "node:crypto";
import { generatePrivateKey } from "../pki/index.ts";
import { authorize, runSdk, send } from "./client.ts";
import type { Emulator, ManagedHsm, Principal } from "./index.ts";
import {
  ACTIVITY,
  DIGEST,
  errorOf,
  isSignatureOf,
  openSigningHsm,
  type SigningHsm,
  signatureIn,
} from "./signing-hsm.ts";

let site: SigningHsm;
let emulator: Emulator;
let hsm: ManagedHsm;
let principal: Principal;
let privateKey: KeyObject;

beforeAll(async () => {
  site = await openSigningHsm();
  ({ emulator, hsm, principal, privateKey } = site);
});
afterAll(async () => await emulator.close());

describe("a key", () => {
  test("signs by version, and without one by the latest, in both spellings", async () => {
    const first = hsm.createKey({ name: "signer", privateKey });
    const second = hsm.createKey({ name: "Signer", keySpec: "EC-256" });
    expect(first.keyIdWithoutVersion).toBe("https://myhsm.managedhsm.azure.net/keys/signer");
    expect(second).toMatchObject({ name: "signer", keyIdWithoutVersion: first.keyIdWithoutVersion });
    expect(second.keyId).toBe(`${first.keyIdWithoutVersion}/${second.version}`);
    const byVersion = await site.sign(`/keys/signer/${first.version}/sign`);
    expect(byVersion).toMatchObject({ status: 200, json: { kid: first.keyId } });
    expect(isSignatureOf(privateKey, signatureIn(byVersion))).toBe(true);
    expect(emulator.log.at(-1)).toMatchObject({
      host: "myhsm.managedhsm.azure.net",
      permission: "keys/sign",
    });
    expect(emulator.log.at(-1)?.principal).toBe(principal);
    const { key } = (await site.get("/keys/signer")).json as { key: JsonWebKey };
    const latest = createPublicKey({ key: { ...key, kty: "EC" }, format: "jwk" });
    for (const path of ["/keys/signer//sign", "/keys/signer/sign", "/keys/SIGNER//sign"]) {
      const answer = await site.sign(path);
      expect(answer).toMatchObject({ status: 200, json: { kid: second.keyId } });
      expect(isSignatureOf(latest, signatureIn(answer))).toBe(true);
    }
  });

  test("is shown with its type in hardware, and belongs to no certificate", async () => {
    const { version, keyId } = hsm.createKey({ name: "rsa", keySpec: "RSA-2048" });
    const { json } = await site.get(`/keys/rsa/${version}`);
    expect(json).toEqual({
      key: {
        kid: keyId,
        kty: "RSA-HSM",
        key_ops: expect.arrayContaining(["sign", "verify"]),
        n: expect.any(String),
        e: "AQAB",
      },
      attributes: {
        enabled: true,
        created: expect.any(Number),
        updated: expect.any(Number),
        exportable: false,
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
      },
    });
    expect((await site.sign("/keys/rsa//sign", "PS256")).status).toBe(200);
    expect(errorOf(await site.sign("/keys/rsa//sign", "ES256")).code).toBe("BadParameter");
  });

  test("refuses by its attributes, and every refusal names its request", async () => {
    hsm.createKey({ name: "refusing", privateKey, attributes: { enabled: false } });
    const refused = async () => {
      const answer = await site.sign("/keys/refusing//sign");
      const { code, message, innererror } = errorOf(answer);
      expect(ACTIVITY.exec(message)?.groups?.["id"]).toBe(answer.headers["x-ms-request-id"] ?? "none");
      return [answer.status, code, innererror?.code, message.replace(ACTIVITY, "")];
    };
    const forbidden = (code: string, message: string) => [403, "Forbidden", code, message];
    expect(await refused()).toEqual(
      forbidden("KeyDisabled", "Operation sign is not allowed on a disabled key."),
    );
    hsm.setAttributes("refusing", { enabled: true, expires: 1_000_000_000 });
    expect(await refused()).toEqual(
      forbidden("KeyOperationForbidden", "Operation sign is not allowed on an expired key."),
    );
    hsm.setAttributes("refusing", { expires: 4_000_000_000, keyOperations: ["verify"] });
    expect(await refused()).toEqual(
      forbidden("KeyOperationForbidden", "Operation sign is not permitted on this key."),
    );
    expect((await site.get("/keys/refusing")).json).toMatchObject({ attributes: { exp: 4_000_000_000 } });
    hsm.createKey({ name: "refusing", privateKey });
    expect((await site.sign("/keys/refusing//sign")).status).toBe(200);
  });

  test("that is missing is not found, and no certificate or secret is", async () => {
    const { version } = hsm.createKey({ name: "alone", privateKey });
    for (const path of ["/keys/missing", `/keys/alone/${"0".repeat(32)}`]) {
      const answer = await site.get(path);
      expect([answer.status, errorOf(answer).code]).toEqual([404, "KeyNotFound"]);
    }
    for (const path of ["/certificates/alone", `/secrets/alone/${version}`, "/certificates"]) {
      const answer = await site.get(path);
      expect([answer.status, errorOf(answer).code]).toEqual([404, "NotFound"]);
    }
    expect((await site.get(`/keys/alone/${version}/sign`)).status).toBe(405);
    expect(() => hsm.setAttributes("missing", {})).toThrow("not found");
    expect(() => hsm.createKey({ name: "under_score", privateKey })).toThrow(RangeError);
  });
});

describe("the real SDK", () => {
  const program = (url: string) => `
    import { EnvironmentCredential, ManagedIdentityCredential } from "@azure/identity";
    import { CryptographyClient } from "@azure/keyvault-keys";
    const credential = process.env.AZURE_CLIENT_SECRET ? new EnvironmentCredential() : new ManagedIdentityCredential();
    const key = new CryptographyClient("${url}", credential);
    const { result } = await key.sign("ES256", Buffer.from("${DIGEST.toString("hex")}", "hex")).catch((error) => {
      console.log([error.statusCode, error.code, error.message].join(" "));
      process.exit(0);
    });
    console.log(Buffer.from(result).toString("base64url"));`;

  test("signs with a version and without, as a service principal and as a managed identity", async () => {
    const first = hsm.createKey({ name: "sdk", privateKey });
    expect(isSignatureOf(privateKey, await runSdk(emulator, principal, program(first.keyId)))).toBe(true);
    const renewed = await generatePrivateKey("EC-256");
    const second = hsm.createKey({ name: "sdk", privateKey: renewed });
    const said = await runSdk(emulator, principal, program(second.keyIdWithoutVersion));
    expect(isSignatureOf(renewed, said)).toBe(true);
    const identity = emulator.createManagedIdentity("system-assigned");
    hsm.assignRole(identity, "Managed HSM Crypto User");
    const { length } = emulator.log;
    const again = await runSdk(emulator, identity, program(first.keyId));
    expect(isSignatureOf(privateKey, again)).toBe(true);
    const calls = emulator.log.slice(length).filter(({ host }) => host === new URL(hsm.url).host);
    expect(calls.map(({ method, status }) => `${method} ${status}`)).toEqual([
      "GET 401",
      "GET 200",
      "POST 200",
    ]);
  });

  test("asks for an empty version where there is none, and reports a refusal", async () => {
    const { keyIdWithoutVersion } = hsm.createKey({ name: "refused", privateKey });
    const stranger = await emulator.createServicePrincipal("client-secret");
    const said = await runSdk(emulator, stranger, program(keyIdWithoutVersion));
    expect(said).toStartWith(
      "403 AccessDenied Not authorized to access Microsoft.KeyVault/managedHsm/keys/sign/action on /keys/refused ",
    );
    expect(emulator.log.at(-1)).toMatchObject({
      path: expect.stringMatching(/^\/keys\/refused\/\/sign\?/),
      status: 403,
    });
  });
});

test("an HSM exists once, one that was never made does not resolve, and faults reach it", async () => {
  expect(() => emulator.createManagedHsm("myhsm")).toThrow("exists already");
  expect(() => emulator.createManagedHsm("my_hsm")).toThrow(RangeError);
  expect(() => emulator.createManagedHsm("other", { dnsSuffix: "vault.azure.net" })).toThrow(RangeError);
  for (const suffix of ["managedhsm.azure.net", "managedhsm.azure.cn", "managedhsm.usgovcloudapi.net"]) {
    await expect(send(emulator, `https://missing.${suffix}/`)).rejects.toThrow("502");
  }
  emulator.addFault({ kind: "answer", host: "myhsm.managedhsm.azure.net", status: 503, times: 1 });
  expect((await site.get("/keys/signer")).status).toBe(503);
  expect(emulator.log.at(-1)).toMatchObject({ status: 503, fault: "answer" });
  expect((await site.get("/keys/signer")).status).toBe(200);
});

test("Resource Manager lists the HSMs of its cloud", async () => {
  const owner = await emulator.createServicePrincipal("client-secret");
  emulator.subscription.assignRole(owner, "Owner");
  const arm = await authorize(emulator, owner, "https://management.azure.com");
  const url = `https://management.azure.com/subscriptions/${emulator.subscription.id}/providers/Microsoft.KeyVault/managedHSMs`;
  const { json } = await send(emulator, `${url}?api-version=2023-07-01`, { headers: arm });
  expect(json).toEqual({
    value: [
      expect.objectContaining({ id: hsm.id, properties: expect.objectContaining({ hsmUri: `${hsm.url}/` }) }),
    ],
  });
});
