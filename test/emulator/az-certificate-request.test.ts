/** The real Azure CLI makes certificates: by request and merge, or signed by their own key. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { issueFromRequest, issueLeaf, toPem } from "../pki/index.ts";
import { type AzDesk, CASE_LIMIT_MS, certificate, openDesk, SETUP_LIMIT_MS, SUBJECT } from "./az-desk.ts";

let desk: AzDesk;
beforeAll(async () => {
  desk = await openDesk();
}, SETUP_LIMIT_MS);
afterAll(() => desk?.close());

describe("a certificate by request", () => {
  test(
    "is created, issued, merged in the order leaf to root, and kept root first",
    async () => {
      const { az, file, issuing, namesInSecret, policyFile } = desk;
      const policy = await policyFile("by-request", { keyType: "RSA", keySize: 3072 });
      await az.run(...certificate("create", "by-request", "status", "--policy", policy));
      const request = await az.run(...certificate("pending show", "by-request", "csr"));
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${request}\n-----END CERTIFICATE REQUEST-----\n`;
      const text = execFileSync(
        "openssl",
        ["req", "-in", await file("request.pem", pem), "-noout", "-text", "-verify"],
        { stdio: ["ignore", "pipe", "pipe"] },
      ).toString();
      expect(text).toContain("Subject: C = US, ST = WA, L = Seattle, O = Example, CN = signer");
      expect(text).toContain("Public-Key: (3072 bit)");
      expect(text).toContain("Code Signing");

      const { chain, certificate: leaf } = await issueFromRequest({ request, issuer: issuing });
      const bundle = await file("bundle.pem", toPem(...chain));
      const version = /[0-9a-f]{32}$/;
      expect(await az.run(...certificate("pending merge", "by-request", "id", "--file", bundle))).toMatch(
        version,
      );
      const kid = await az.run(...certificate("show", "by-request", "kid"));
      expect(kid).toMatch(/^https:\/\/myvault\.vault\.azure\.net\/keys\/by-request\/[0-9a-f]{32}$/);
      expect(await namesInSecret("by-request")).toEqual(["root", "issuing", "signer"]);
      const shown = await az.run(...certificate("show", "by-request", "cer"));
      expect(Buffer.from(shown, "base64")).toEqual(Buffer.from(leaf));
    },
    CASE_LIMIT_MS,
  );

  test(
    "shows its key identifier before it is merged, but not its secret; a second one must wait",
    async () => {
      const { az, policyFile } = desk;
      const policy = await policyFile("waiting", { keyType: "EC", curve: "P-384" });
      await az.run(...certificate("create", "waiting", "status", "--policy", policy));
      expect(await az.run(...certificate("show", "waiting", "kid"))).toContain("/keys/waiting/");
      const secret = await az.try("keyvault", "secret", "show", "--vault-name", "MyVault", "-n", "waiting");
      expect(secret.stderr).toContain("Operation get is not allowed on a disabled secret.");
      const second = await az.try(...certificate("create", "waiting", "status", "--policy", policy));
      expect(second.stderr).toContain("while a pending key vault certificate's status is inProgress");
      await az.run(...certificate("pending delete", "waiting", "status"));
      const gone = await az.try(...certificate("show", "waiting", "kid"));
      expect(gone.stderr).toContain("(CertificateNotFound)");
    },
    CASE_LIMIT_MS,
  );

  test(
    "takes no certificate of another key",
    async () => {
      const { az, file, issuing, policyFile } = desk;
      const policy = await policyFile("strict", { keyType: "EC", curve: "P-256" });
      await az.run(...certificate("create", "strict", "status", "--policy", policy));
      const stranger = await issueLeaf({ subject: SUBJECT, issuer: issuing });
      const bundle = await file("stranger.pem", toPem(...stranger.chain));
      const refused = await az.try(...certificate("pending merge", "strict", "id", "--file", bundle));
      expect(refused.stderr).toContain("does not match the public part of the specified private key");
      const missing = await az.try(...certificate("pending merge", "nothing", "id", "--file", bundle));
      expect(missing.stderr).toContain("(PendingCertificateNotFound)");
    },
    CASE_LIMIT_MS,
  );
});

test(
  "the default policy makes what Notation refuses: a self-signed certificate of a TLS server",
  async () => {
    const { az, file, path } = desk;
    const text = await az.run("keyvault", "certificate", "get-default-policy");
    const policy = `@${await file("default.json", text)}`;
    await az.run(...certificate("create", "by-default", "status", "--policy", policy));
    const { x509CertificateProperties, issuerParameters } = JSON.parse(
      await az.run(...certificate("show", "by-default", "policy"), "-o", "json"),
    );
    expect(issuerParameters.name).toBe("Self");
    expect(x509CertificateProperties.ekus).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    expect(x509CertificateProperties.keyUsage).toContain("keyCertSign");
    const pem = path("by-default.pem");
    const where = ["--vault-name", "MyVault", "-n", "by-default", "-f", pem];
    await az.run("keyvault", "certificate", "download", ...where);
    const shown = execFileSync("openssl", ["x509", "-in", pem, "-noout", "-text"]).toString();
    expect(shown).toMatch(/Issuer: CN = CLIGetDefaultPolicy\n[\s\S]*Subject: CN = CLIGetDefaultPolicy\n/);
    expect(shown).toContain("TLS Web Server Authentication, TLS Web Client Authentication");
    expect(shown).toContain("Certificate Sign");
  },
  CASE_LIMIT_MS,
);
