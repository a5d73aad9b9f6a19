/** `npm run emulator`: an emulator to sign against by hand, with one vault and a certificate of every kind. */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createSelfSigned,
  issueLeaf,
  KEY_SPECS,
  toPem,
} from "../pki/index.ts";
import { type Emulator, type LogEntry, startEmulator, type Vault } from "./index.ts";

const SUBJECT = "C=US, ST=WA, L=Seattle, O=Example";

const emulator = await startEmulator();
const principal = await emulator.createServicePrincipal("client-secret");
const vault = emulator.createVault("myvault");
// The guide's access policy, and nothing more: no keys get.
vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });

const root = await createCertificateAuthority({
  subject: `${SUBJECT}, CN=Example Root CA`,
  keySpec: "RSA-4096",
});
const keyIds = await fillVault(vault, root);
const rootFile = join(dirname(emulator.caFile), "root.pem");
await writeFile(rootFile, toPem(root.certificate));

console.log(introduction({ ...emulator.environment, ...principal.environment }, keyIds, rootFile));
emulator.beforeAnswer((entry) => console.log(requestLine(entry)));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => void stop(emulator));
}

/** Certificates by root, intermediate and leaf in every key spec, one of them as PEM, and a self-signed one. */
async function fillVault(target: Vault, issuer: CertificateAuthority): Promise<ReadonlyMap<string, string>> {
  const intermediate = await createCertificateAuthority({
    subject: `${SUBJECT}, CN=Example Code Signing CA`,
    keySpec: "RSA-3072",
    issuer,
  });
  const leaves = KEY_SPECS.map(async (keySpec) => {
    const name = keySpec.toLowerCase();
    const subject = `${SUBJECT}, CN=${name}`;
    const leaf = await issueLeaf({ subject, keySpec, issuer: intermediate });
    return target.importCertificate({ name, privateKey: leaf.privateKey, certificates: leaf.chain });
  });
  const pem = await issueLeaf({ subject: `${SUBJECT}, CN=pem`, keySpec: "EC-256", issuer: intermediate });
  const selfSigned = await createSelfSigned({ subject: `${SUBJECT}, CN=self-signed`, keySpec: "RSA-2048" });
  const others = [
    target.importCertificate({
      name: "pem",
      privateKey: pem.privateKey,
      certificates: pem.chain,
      contentType: "application/x-pem-file",
    }),
    target.importCertificate({
      name: "self-signed",
      privateKey: selfSigned.privateKey,
      certificates: selfSigned.chain,
    }),
  ];
  return new Map([...(await Promise.all(leaves)), ...others].map(({ name, keyId }) => [name, keyId]));
}

function introduction(
  environment: Readonly<Record<string, string>>,
  ids: ReadonlyMap<string, string>,
  rootCertificateFile: string,
): string {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  const keys = [...ids].map(([name, id]) => `  ${name.padEnd(12)} ${id}`);
  return [
    "# The emulator is running. In another terminal:",
    ...exports,
    "",
    "# Key identifiers for notation sign --id:",
    ...keys.map((line) => `#${line}`),
    "",
    `# The root certificate, for notation cert add --type ca --store example: ${rootCertificateFile}`,
    `# The self-signed certificate is read with --plugin-config self_signed=true.`,
    "# Requests, as they come (Ctrl-C stops):",
    "",
  ].join("\n");
}

function requestLine({ time, method, host, path, status, errorCode, permission }: LogEntry): string {
  const [pathname] = path.split("?"); // The query is but versions and correlation ids.
  const clock = time.toISOString().slice(11, 23);
  return [clock, status, method, `${host}${pathname}`, permission ?? "", errorCode ?? ""].join(" ").trimEnd();
}

async function stop(running: Emulator): Promise<void> {
  await running.close();
  process.exit(0);
}
