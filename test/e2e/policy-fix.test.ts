/**
 * The command that a message offers for a certificate by Key Vault's default policy is run as it is printed, by the real
 * `az`: then the same signing works.
 */
import "reflect-metadata";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { type Az, createAz, loginArguments } from "../emulator/azure-cli.ts";
import type { Principal, Vault } from "../emulator/types.ts";
import { issueFromRequest, signCertificate, toPem } from "../pki/index.ts";
import { readCertificateRequest } from "../pki/request.ts";
import { runCommand, succeeded } from "./command.ts";
import { createHierarchy, type Hierarchy, SIGNER_SUBJECT } from "./hierarchy.ts";
import { expectVerified, runSign, signNewImage } from "./signing.ts";
import { CASE_LIMIT_MS, openStage, STAGE_LIMIT_MS, type Stage } from "./stage.ts";

let stage: Stage;
let hierarchy: Hierarchy;
let az: Az;
let vault: Vault;
let signer: Principal;

beforeAll(async () => {
  [stage, hierarchy] = await Promise.all([openStage(), createHierarchy()]);
  const { emulator, options } = stage;
  vault = emulator.createVault("policies");
  const administrator = await emulator.createServicePrincipal("client-secret");
  signer = await emulator.createServicePrincipal("client-secret");
  vault.setAccessPolicy(administrator, { certificates: ["create", "get", "list"] });
  vault.setAccessPolicy(signer, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  az = await createAz(emulator, join(options.folder, "azure"));
  await az.run(...loginArguments(administrator), "--allow-no-subscriptions", "-o", "none");
}, STAGE_LIMIT_MS);

afterAll(() => stage?.close());

/** A line of a shell with `az` on its path, as a person pastes it. */
async function paste(line: string): Promise<string> {
  const options = { ...stage.options, environment: az.environment };
  return succeeded(await runCommand("bash", ["-euc", line], options)).stdout.trim();
}

function show(name: string, query: string): Promise<string> {
  return paste(
    `az keyvault certificate show --vault-name policies --name ${name} --query ${query} --output tsv`,
  );
}

/** What the person is told when they sign with the latest version. */
async function refusalOf(name: string): Promise<string> {
  const image = await stage.pushImage();
  const id = await show(name, "kid");
  const { exitCode, stderr } = await runSign(stage, image, { principal: signer, id });
  expect(exitCode).toBe(1);
  return stderr;
}

/** All of it is in one pair of backticks. */
function commandIn(message: string): string {
  const [, command = ""] = /`(az keyvault certificate create [^`]+)`/.exec(message) ?? [];
  expect(command).toStartWith("az keyvault certificate create --vault-name policies --name ");
  return command;
}

/** By the default policy but for the subject, and the issuer if it is given. */
async function makeByDefaultPolicy(name: string, issuer: "Self" | "Unknown"): Promise<void> {
  const change =
    `merge(@, {x509CertificateProperties: merge(x509CertificateProperties, {subject: '${SIGNER_SUBJECT}'}), ` +
    `issuerParameters: merge(issuerParameters, {name: '${issuer}'})})`;
  const policy = `$(az keyvault certificate get-default-policy --query "${change}" --output json)`;
  await paste(
    `az keyvault certificate create --vault-name policies --name ${name} --policy "${policy}" --output none`,
  );
}

/** A CA answers the request, and the answer is merged. */
async function merge(
  name: string,
  issue: (request: string) => Promise<readonly Uint8Array[]>,
): Promise<void> {
  const request = await paste(
    `az keyvault certificate pending show --vault-name policies --name ${name} --query csr --output tsv`,
  );
  const file = await stage.writeFile(`${name}.pem`, toPem(...(await issue(request))));
  await paste(
    `az keyvault certificate pending merge --vault-name policies --name ${name} --file "${file}" --output none`,
  );
}

/** As a CA issues that does what a request asks for: the default policy's is for TLS. */
async function issueForTls(request: string): Promise<readonly Uint8Array[]> {
  const { intermediate } = hierarchy;
  const { subject, publicKey } = await readCertificateRequest(request);
  const usages = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment;
  const content = { subject, subjectKey: publicKey, extensions: [new x509.KeyUsagesExtension(usages, true)] };
  return [await signCertificate(content, intermediate), ...intermediate.chain];
}

describe("a certificate by the default policy", () => {
  test(
    "that is self-signed has a new version by the command, which signs",
    async () => {
      await makeByDefaultPolicy("self-signed", "Self");
      const message = await refusalOf("self-signed");
      expect(message).toContain(`leaf "${SIGNER_SUBJECT}" does not meet the Notary Project's requirements`);
      expect(message).toContain("\n- its key usage is digitalSignature, keyEncipherment");
      expect(message).toContain("its extended key usage has serverAuth, clientAuth; it must be codeSigning");
      await paste(`${commandIn(message)} --output none`);
      const image = await signNewImage(stage, { principal: signer, id: await show("self-signed", "kid") });
      const root = new Uint8Array(Buffer.from(await show("self-signed", "cer"), "base64"));
      await expectVerified(stage, image, { root, subject: SIGNER_SUBJECT });
    },
    2 * CASE_LIMIT_MS,
  );

  test(
    "that a CA issued is asked for anew by the command, merged, and signs",
    async () => {
      await makeByDefaultPolicy("issued", "Unknown");
      await merge("issued", issueForTls);
      const message = await refusalOf("issued");
      expect(message).toContain(
        'Fix: have "C=US, O=Example, CN=Example Code Signing CA" issue the certificate again',
      );
      await paste(`${commandIn(message)} --output none`);
      const { intermediate: issuer, root } = hierarchy;
      await merge("issued", async (request) => (await issueFromRequest({ request, issuer })).chain);
      const image = await signNewImage(stage, { principal: signer, id: await show("issued", "kid") });
      await expectVerified(stage, image, { root: root.certificate, subject: SIGNER_SUBJECT });
    },
    2 * CASE_LIMIT_MS,
  );
});
