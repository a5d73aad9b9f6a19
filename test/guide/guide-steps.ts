/**
 * The CA's guide, command by command: "Container Image Signing with Notation and Azure Key Vault Using GlobalSign's
 * Code Signing Certificate" (2025-02-28), with a legacy access policy.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issueFromRequest, toPem } from "../pki/index.ts";
import { type Scene, SUBJECT } from "./scene.ts";

/** The certificate policy of the guide: code signing, key usage digitalSignature, issued by a CA outside the vault. */
const CERTIFICATE_POLICY = {
  issuerParameters: { name: "Unknown" },
  keyProperties: { exportable: false, keyType: "RSA", keySize: 3072, reuseKey: false },
  secretProperties: { contentType: "application/x-pkcs12" },
  x509CertificateProperties: {
    subject: SUBJECT,
    ekus: ["1.3.6.1.5.5.7.3.3"],
    keyUsage: ["digitalSignature"],
    validityInMonths: 12,
  },
};

/** Installs the plugin from a web server, as the guide's step 1. */
export async function installPlugin({ terminal, archive }: Scene): Promise<void> {
  terminal.step(
    "Install the plugin",
    "A web server on this machine stands in for the place of the download.",
  );
  await terminal.run(`notation plugin install --url ${archive.url} --sha256sum ${archive.sha256}`);
  await terminal.run("notation plugin ls");
}

/** Signs in as a person, who approves the device code in a browser. */
export async function signIn({ terminal, emulator, user }: Scene): Promise<void> {
  terminal.step("Sign in to Azure", `The emulator approves the code as ${user.userPrincipalName}.`);
  emulator.approveDeviceCodesAs(user);
  await terminal.run("az login --use-device-code --output table");
  await terminal.assign("USER_ID", "az ad signed-in-user show --query id --output tsv");
}

/** Makes the certificate: a key in the vault, a request, the CA's answer, the merge. */
export async function makeCertificate(scene: Scene): Promise<void> {
  const { terminal, policyVault } = scene;
  terminal.step(
    "Make the certificate",
    "The vault makes the key and a certificate signing request; the CA issues.",
  );
  terminal.set("AKV_NAME", policyVault.name);
  terminal.set("KEY_NAME", "example-code-signing");
  await terminal.run(`cat > policy.json <<'EOF'\n${JSON.stringify(CERTIFICATE_POLICY, undefined, 2)}\nEOF`);
  const name = "--vault-name $AKV_NAME --name $KEY_NAME";
  await terminal.run(
    `az keyvault certificate create ${name} --policy @policy.json --query status --output tsv`,
  );
  await terminal.run(
    [
      "{ echo '-----BEGIN CERTIFICATE REQUEST-----'",
      `  az keyvault certificate pending show ${name} --query csr --output tsv`,
      "  echo '-----END CERTIFICATE REQUEST-----'; } > example.csr",
    ].join("\n"),
  );
  await issueAtTheCa(scene);
  terminal.remark(
    "The CA issues the certificate (a CA of this test stands in for GlobalSign): `bundle.crt` holds leaf, intermediate " +
      "and root, `root.crt` the root alone.",
  );
  await terminal.run("grep -c 'BEGIN CERTIFICATE' bundle.crt root.crt");
  await terminal.run(
    `az keyvault certificate pending merge ${name} --file bundle.crt --query id --output tsv`,
  );
}

async function issueAtTheCa({ folder, issuing, root }: Scene): Promise<void> {
  const request = await readFile(join(folder, "example.csr"), "utf8");
  const { chain } = await issueFromRequest({ request, issuer: issuing, subject: SUBJECT });
  await writeFile(join(folder, "bundle.crt"), toPem(...chain));
  await writeFile(join(folder, "root.crt"), toPem(root.certificate));
}

/** Grants the legacy access policy: what signing needs, and nothing more. */
export async function setAccessPolicy({ terminal }: Scene): Promise<void> {
  terminal.step(
    "Grant the access policy",
    "keys get is not among the permissions: signing does not need it.",
  );
  await terminal.run(
    "az keyvault set-policy --name $AKV_NAME --object-id $USER_ID --key-permissions sign --secret-permissions get \\\n" +
      "  --certificate-permissions get --query 'properties.accessPolicies[].permissions' --output json",
  );
}

/** Lets IMAGE be an image that nobody has signed. */
export async function useNewImage({ terminal, pushImage }: Scene): Promise<void> {
  terminal.remark("A new image is pushed, by ORAS:");
  terminal.set("IMAGE", await pushImage());
}

/** Pushes an image and signs it in the envelope of the guide, COSE. */
export async function signImage(scene: Scene): Promise<void> {
  const { terminal } = scene;
  terminal.step(
    "Sign the image",
    "A registry on this machine (CNCF Distribution) stands in for Azure Container Registry.",
  );
  await useNewImage(scene);
  await terminal.assign(
    "KEY_ID",
    "az keyvault certificate show --name $KEY_NAME --vault-name $AKV_NAME --query kid --output tsv",
  );
  await terminal.run("notation sign --signature-format cose $IMAGE --id $KEY_ID --plugin azure-kv");
}

/** Trusts the CA's root and the signer's name, and nothing else. */
export async function trustTheCa({ terminal }: Scene): Promise<void> {
  terminal.step("Trust the CA", "Revocation is skipped: the CA of this test publishes no revocation lists.");
  await terminal.run("notation cert add --type ca --store GlobalSign root.crt");
  await terminal.run("notation cert ls");
  const policy = {
    version: "1.0",
    trustPolicies: [
      {
        name: "guide-images",
        registryScopes: ["*"],
        signatureVerification: { level: "strict", override: { revocation: "skip" } },
        trustStores: ["ca:GlobalSign"],
        trustedIdentities: [`x509.subject: ${SUBJECT}`],
      },
    ],
  };
  await terminal.run(`cat > trustpolicy.json <<'EOF'\n${JSON.stringify(policy, undefined, 2)}\nEOF`);
  await terminal.run("notation policy import trustpolicy.json");
  await terminal.run("notation policy show");
}

/** Verifies what was signed last. */
export async function verifyImage({ terminal }: Scene): Promise<string> {
  terminal.step("Verify the image");
  return await terminal.run("notation verify $IMAGE");
}
