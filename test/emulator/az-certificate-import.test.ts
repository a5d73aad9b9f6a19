/** The real Azure CLI imports and lists certificates; and each of its operations needs a permission. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { issueLeaf, type KeySpec, privateKeyToPem, toPem } from "../pki/index.ts";
import { type AzDesk, CASE_LIMIT_MS, certificate, openDesk, SETUP_LIMIT_MS, SUBJECT } from "./az-desk.ts";

let desk: AzDesk;
beforeAll(async () => {
  desk = await openDesk();
}, SETUP_LIMIT_MS);
afterAll(() => desk?.close());

describe("an imported certificate", () => {
  /** A leaf's files, as openssl writes them. */
  async function files(keySpec: KeySpec) {
    const { file, issuing, path } = desk;
    const leaf = await issueLeaf({ subject: SUBJECT, keySpec, issuer: issuing });
    const key = privateKeyToPem(leaf.privateKey);
    const chain = toPem(...leaf.chain);
    const pem = await file(`${keySpec}.pem`, key + chain);
    const pfx = path(`${keySpec}.pfx`);
    execFileSync("openssl", ["pkcs12", "-export", "-in", pem, "-out", pfx, "-passout", "pass:its password"]);
    return { leaf, pem, pfx };
  }

  test.each(["RSA-2048", "EC-521"] as const)(
    "of %s comes from PKCS#12 or PEM, and keeps the order of the file",
    async (keySpec) => {
      const { az, namesInSecret } = desk;
      const { leaf, pem, pfx } = await files(keySpec);
      const [pkcs12, pemName] = [`pkcs12-${keySpec}`, `pem-${keySpec}`];
      const type = "policy.secretProperties.contentType";
      const password = ["--file", pfx, "--password", "its password"];
      expect(await az.run(...certificate("import", pkcs12, type, ...password))).toBe("application/x-pkcs12");
      expect(await az.run(...certificate("import", pemName, type, "--file", pem))).toBe(
        "application/x-pem-file",
      );
      expect(await namesInSecret(pkcs12)).toEqual(["signer", "issuing", "root"]);
      const query = ["--vault-name", "MyVault", "-n", pemName, "--query", "value", "-o", "tsv"];
      expect(await az.run("keyvault", "secret", "show", ...query)).toBe((await readFile(pem, "utf8")).trim());
      const cer = await az.run(...certificate("show", pkcs12, "cer"));
      expect(Buffer.from(cer, "base64")).toEqual(Buffer.from(leaf.certificate));
    },
    CASE_LIMIT_MS,
  );

  test(
    "with a wrong password, or without its key, is refused",
    async () => {
      const { az, file } = desk;
      const { leaf, pfx } = await files("EC-256");
      const wrong = ["--file", pfx, "--password", "wrong"];
      const refused = await az.try(...certificate("import", "refused", "id", ...wrong));
      expect(refused.stderr).toContain("The specified password is not correct.");
      const keyless = await file("keyless.pem", toPem(...leaf.chain));
      const withoutKey = await az.try(...certificate("import", "refused", "id", "--file", keyless));
      expect(withoutKey.stderr).toContain(
        "The specified PEM X.509 certificate content is in an unexpected format.",
      );
    },
    CASE_LIMIT_MS,
  );

  test(
    "is listed, with its versions",
    async () => {
      const { az } = desk;
      const { pem } = await files("EC-256");
      for (const _ of [1, 2]) {
        await az.run(...certificate("import", "renewed", "id", "--file", pem));
      }
      const which = ["--vault-name", "MyVault", "-o", "tsv", "--query"];
      const names = await az.run("keyvault", "certificate", "list", ...which, "[].name");
      expect(names.split("\n")).toContain("renewed");
      const versions = await az.run(
        "keyvault",
        "certificate",
        "list-versions",
        "-n",
        "renewed",
        ...which,
        "[].id",
      );
      expect(new Set(versions.split("\n")).size).toBe(2);
    },
    CASE_LIMIT_MS,
  );
});

test(
  "each operation needs its permission",
  async () => {
    const { az, emulator, file, issuing, policyFile, principal } = desk;
    const { chain, privateKey } = await issueLeaf({ subject: SUBJECT, issuer: issuing });
    const pem = await file("denied.pem", privateKeyToPem(privateKey) + toPem(...chain));
    const policy = await policyFile("denied", { keyType: "EC", curve: "P-256" });
    const denied = emulator.createVault("denied");
    denied.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
    const which = ["--vault-name", "denied", "-n", "x"];
    const calls = {
      create: ["create", ...which, "--policy", policy],
      import: ["import", ...which, "--file", pem],
      list: ["list", "--vault-name", "denied"],
    };
    for (const [permission, call] of Object.entries(calls)) {
      const { stderr } = await az.try("keyvault", "certificate", ...call);
      expect(stderr).toContain(`does not have certificates ${permission} permission on key vault 'denied`);
      expect(String(emulator.log.at(-1)?.permission)).toBe(`certificates/${permission}`);
    }
  },
  CASE_LIMIT_MS,
);
