import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultOfCaFile } from "../../src/environment/ca-file.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createSelfSigned,
  privateKeyToPem,
  toPem,
} from "../pki/index.ts";

const BAD_BLOCK = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

let folder: string;
let certificate: string;
let certificates: string;
let privateKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notation-azure-kv-test-"));
  const root = await createPaddedRoot();
  const issuing = await createCertificateAuthority({ subject: "CN=Issuing", issuer: root });
  certificate = toPem(root.certificate);
  certificates = toPem(issuing.certificate, root.certificate);
  privateKey = privateKeyToPem((await createSelfSigned({ subject: "CN=x" })).privateKey);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A root whose base64 ends with padding, so that it can be cut there. */
async function createPaddedRoot(): Promise<CertificateAuthority> {
  for (let name = "Root"; ; name += "x") {
    const root = await createCertificateAuthority({ subject: `CN=${name}` });
    if (root.certificate.length % 3 !== 0) {
      return root;
    }
  }
}

/** The certificate as if it were something else. */
const relabelled = (label: string): string => certificate.replaceAll("CERTIFICATE", label);

async function written(content: string | Uint8Array): Promise<string> {
  const file = join(folder, "ca.pem");
  await writeFile(file, content);
  return file;
}

const faultOf = (file: string | undefined) => faultOfCaFile({ NODE_EXTRA_CA_CERTS: file });

/** Whether the runtime warns of the file, as it does on stderr when TLS is first used. */
function runtimeWarns(file: string): boolean {
  const useTls = 'await fetch("https://127.0.0.1:1").catch(() => {})';
  const { stderr } = Bun.spawnSync([process.execPath, "-e", useTls], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
  });
  return stderr.toString().includes("Ignoring extra certs");
}

describe("a file of further CA certificates is in order", () => {
  test.each<[string, () => string]>([
    ["with one certificate", () => certificate],
    ["with several", () => certificates],
    ["with CRLF", () => certificates.replaceAll("\n", "\r\n")],
    ["with comments", () => `# Root -----\n${certificate}\n`],
    ["with a private key before the certificate", () => `${privateKey}${certificate}`],
    ["without a line's end at the end", () => certificate.trimEnd()],
    ["with blanks at the ends of lines", () => certificate.replace(/$/gm, " ")],
    ["with a blank line after the label", () => certificate.replace("-----\n", "-----\n\n")],
    ["with a comment that speaks of it", () => `# BEGIN CERTIFICATE of example.com\n${certificate}`],
    ["with a certificate request beside it", () => `${certificate}${relabelled("CERTIFICATE REQUEST")}`],
    [
      "with a certificate with trust settings beside it",
      () => `${relabelled("TRUSTED CERTIFICATE")}${certificate}`,
    ],
    ["with the older label", () => relabelled("X509 CERTIFICATE")],
  ])("%s", async (_what, content) => {
    const file = await written(content());
    expect(faultOf(file)).toBeUndefined();
    expect(runtimeWarns(file)).toBe(false);
  });

  test.each([undefined, ""])("when the variable is %p", (file) => {
    expect(faultOf(file)).toBeUndefined();
  });
});

describe("a file of further CA certificates is at fault, and the runtime would warn of it on stderr", () => {
  test.each<[string, () => string | Uint8Array, RegExp]>([
    ["that is empty", () => "", /ca\.pem holds no PEM certificate$/],
    ["with text", () => "not a certificate", /holds no PEM certificate$/],
    ["with a private key alone", () => privateKey, /holds no PEM certificate$/],
    ["in UTF-16", () => Buffer.from(`\ufeff${certificate}`, "utf16le"), /holds no PEM certificate$/],
    [
      "in DER",
      () => Buffer.from(certificate.split("\n").slice(1, -2).join(""), "base64"),
      /holds no PEM certificate$/,
    ],
    ["with a block that is no certificate", () => BAD_BLOCK, /ca\.pem cannot be loaded: /],
    ["with a bad block before a good one", () => `${BAD_BLOCK}${certificate}`, /ca\.pem cannot be loaded: /],
    ["with a bad block after a good one", () => `${certificate}${BAD_BLOCK}`, /ca\.pem cannot be loaded: /],
    // The runtime's reader of PEM is strict: each line of a label stands alone and begins its line.
    ["with a byte order mark, as Windows PowerShell writes it", () => `\ufeff${certificate}`, /ca\.pem/],
    ["with a certificate that is cut", () => `${certificate}${certificate.slice(0, 200)}\n`, /ca\.pem/],
    ["with base64 that is cut", () => certificate.replace(/=+(?=\n-----END)/, ""), /ca\.pem/],
    ["with a blank line within", () => certificate.replace(/\n(?=[^\n]+\n-----END)/, "\n\n"), /ca\.pem/],
    ["on one line", () => certificate.replaceAll("\n", ""), /ca\.pem/],
    ["with indented lines", () => certificate.replace(/^/gm, "  "), /ca\.pem/],
    [
      "with labels that differ",
      () => certificate.replace("END CERTIFICATE", "END X509 CERTIFICATE"),
      /ca\.pem/,
    ],
    ["with the label of trust settings", () => relabelled("TRUSTED CERTIFICATE"), /ca\.pem/],
  ])("%s", async (_what, content, fault) => {
    const file = await written(content());
    expect(runtimeWarns(file)).toBe(true);
    expect(faultOf(file)).toMatch(fault);
  });

  test("that is missing", () => {
    expect(faultOf(join(folder, "none.pem"))).toMatch(/none\.pem cannot be loaded: ENOENT/);
  });

  test("that is a folder", () => {
    expect(faultOf(folder)).toMatch(/ cannot be loaded: EISDIR/);
  });

  test("and the fault quotes nothing of what is in it", async () => {
    const fault = faultOf(
      await written(`${privateKey}-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----`),
    );
    expect(fault).not.toContain("c2VjcmV0");
    expect(fault).not.toContain(privateKey.split("\n")[1] ?? "");
  });
});
