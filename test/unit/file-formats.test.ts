import { beforeAll, describe, expect, test } from "bun:test";
import { certificatesIn } from "../../src/certificate/file-formats.ts";
import { createCertificateAuthority, privateKeyToPem, toPem } from "../pki/index.ts";
import { openssl } from "./openssl.ts";

let ders: readonly Uint8Array[];
let pem: string;
let pkcs7: Uint8Array;
let pkcs7Pem: string;

beforeAll(async () => {
  const root = await createCertificateAuthority({ subject: "CN=root" });
  const issuing = await createCertificateAuthority({ subject: "CN=issuing", issuer: root });
  ders = [issuing.certificate, root.certificate];
  pem = toPem(...ders);
  const args = ["crl2pkcs7", "-nocrl", "-certfile", "ca.pem"];
  const files = { "ca.pem": pem };
  pkcs7 = await openssl([...args, "-outform", "DER", "-out", "ca.p7b"], "ca.p7b", files);
  pkcs7Pem = Buffer.from(await openssl([...args, "-out", "ca.p7b"], "ca.p7b", files)).toString();
});

const bytes = (text: string): Uint8Array => Buffer.from(text);
const base64Lines = (octets: Uint8Array): string =>
  (
    Buffer.from(octets)
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\r\n");

/** The same content in BER, with lengths that are not definite where PKCS#7 nests. */
function indefinite(der: Uint8Array, depth = 4): Buffer {
  const [tag = 0, first = 0] = der;
  const start = 2 + (first < 0x80 ? 0 : first & 0x7f);
  const content = der.subarray(start);
  if (depth === 0 || (tag & 0x20) === 0) {
    return Buffer.from(der);
  }
  const inner: Buffer[] = [];
  for (let at = 0; at < content.length; ) {
    const length = lengthOf(content.subarray(at));
    inner.push(indefinite(content.subarray(at, at + length), depth - 1));
    at += length;
  }
  return Buffer.concat([Buffer.from([tag, 0x80]), ...inner, Buffer.from([0, 0])]);
}

function lengthOf(der: Uint8Array): number {
  const first = der[1] ?? 0;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const length = octets === 0 ? first : Buffer.from(der).readUIntBE(2, octets);
  return 2 + octets + length;
}

describe("the certificates of a file are read in its order", () => {
  test.each<[string, () => Uint8Array]>([
    ["PEM", () => bytes(pem)],
    ["PEM with CRLF and text around", () => bytes(`Bag Attributes\r\n${pem.replaceAll("\n", "\r\n")}`)],
    ["PEM in UTF-16", () => Buffer.from(`\ufeff${pem}`, "utf16le")],
    ["DER, one after the other", () => Buffer.concat(ders)],
    ["PKCS#7 in DER", () => pkcs7],
    ["PKCS#7 in PEM", () => bytes(pkcs7Pem)],
    ["PKCS#7 in PEM under its newer name", () => bytes(pkcs7Pem.replaceAll("PKCS7", "CMS"))],
    ["PKCS#7 in BER", () => indefinite(pkcs7)],
    ["base64 of PKCS#7", () => bytes(base64Lines(pkcs7))],
    ["base64 of DER", () => bytes(base64Lines(Buffer.concat(ders)))],
  ])("%s", async (_format, file) => {
    const found = await certificatesIn(file());
    expect(found.map((der) => Buffer.from(der))).toEqual(ders.map((der) => Buffer.from(der)));
  });

  test("PKCS#7 and PEM in one file", async () => {
    expect(await certificatesIn(bytes(pem + pkcs7Pem))).toHaveLength(4);
  });

  test.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ["nothing", () => new Uint8Array()],
    ["text", () => bytes("no certificate\n")],
    [
      "a private key alone",
      async () => bytes(privateKeyToPem((await createCertificateAuthority({ subject: "CN=x" })).privateKey)),
    ],
    ["PKCS#7 without certificates", () => Buffer.from("300b06092a864886f70d010702", "hex")],
    ["PKCS#7 of another kind", () => Buffer.from("300f06092a864886f70d010701a0020400", "hex")],
    ["PKCS#7 that ends too early", () => pkcs7.subarray(0, 100)],
    ["base64 of nothing that is read here", () => bytes("AAAA")],
  ])("none are in %s", async (_what, file) => {
    expect(await certificatesIn(await file())).toEqual([]);
  });
});
