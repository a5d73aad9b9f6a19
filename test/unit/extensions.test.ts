import "reflect-metadata";
import { describe, expect, test } from "bun:test";
import * as x509 from "@peculiar/x509";
import { objectIdentifierText, readElements, readSequence } from "../../src/asn1/der.ts";
import { parseCertificate } from "../../src/certificate/certificate.ts";
import type { CertificateContents } from "../../src/certificate/contents.ts";
import {
  authorityKeyIdentifierOf,
  basicConstraintsOf,
  extendedKeyUsageOf,
  issuerAddressesOf,
  keyUsageOf,
  subjectKeyIdentifierOf,
} from "../../src/certificate/extensions.ts";
import { createCertificateAuthority, generatePrivateKey, signCertificate } from "../pki/index.ts";

async function contentsWith(...extensions: x509.Extension[]): Promise<CertificateContents> {
  const subjectKey = await generatePrivateKey("EC-256");
  const der = await signCertificate({ subject: "CN=signer", subjectKey, extensions });
  return parseCertificate(der, "a test's").contents;
}

describe("extensions are read as another library writes them", () => {
  test.each(Object.entries(x509.KeyUsageFlags).filter(([, flag]) => typeof flag === "number"))(
    "key usage %s",
    async (name, flag) => {
      const contents = await contentsWith(new x509.KeyUsagesExtension(Number(flag), true));
      expect(keyUsageOf(contents)?.join()).toBe(name);
      expect(contents.extensions.get("2.5.29.15")?.critical).toBe(true);
    },
  );

  test("all key usages, in the order of their bits", async () => {
    const contents = await contentsWith(new x509.KeyUsagesExtension(0x1ff as x509.KeyUsageFlags, false));
    expect(keyUsageOf(contents)).toHaveLength(9);
    expect(contents.extensions.get("2.5.29.15")?.critical).toBe(false);
  });

  test.each([
    [true, undefined],
    [true, 0],
    [true, 300],
    [false, undefined],
  ])("basic constraints: CA %p, path length %p", async (isCa, pathLength) => {
    const contents = await contentsWith(new x509.BasicConstraintsExtension(isCa, pathLength, true));
    expect(basicConstraintsOf(contents)).toEqual({ isCa, pathLength });
  });

  test("extended key usage", async () => {
    const ids = ["1.3.6.1.5.5.7.3.3", "2.5.29.37.0", "1.3.6.1.4.1.311.10.3.13"];
    expect(extendedKeyUsageOf(await contentsWith(new x509.ExtendedKeyUsageExtension(ids)))).toEqual(ids);
  });

  test("key identifiers", async () => {
    const root = await createCertificateAuthority({ subject: "CN=root" });
    const issuing = await createCertificateAuthority({ subject: "CN=issuing", issuer: root });
    const [below, above] = [issuing, root].map(
      ({ certificate }) => parseCertificate(certificate, "a test's").contents,
    );
    if (below === undefined || above === undefined) {
      throw new Error("no certificates");
    }
    expect(authorityKeyIdentifierOf(below)).toMatch(/^[0-9a-f]{40}$/);
    expect(authorityKeyIdentifierOf(below)).toBe(subjectKeyIdentifierOf(above));
    expect(subjectKeyIdentifierOf(below)).not.toBe(subjectKeyIdentifierOf(above));
  });

  test("addresses of the issuer: the web's alone", async () => {
    const names = ["http://ca.example/a.crt", "ldap://ca.example/cn=a", "https://ca.example/b b.p7c"].map(
      (url) => new x509.GeneralName("url", url),
    );
    const access = { caIssuers: names, ocsp: [new x509.GeneralName("url", "http://ocsp.example")] };
    const contents = await contentsWith(new x509.AuthorityInfoAccessExtension(access));
    expect(issuerAddressesOf(contents).map(({ href }) => href)).toEqual([
      "http://ca.example/a.crt",
      "https://ca.example/b%20b.p7c",
    ]);
  });

  test("none where there are none", async () => {
    const contents = await contentsWith();
    expect(keyUsageOf(contents)).toBeUndefined();
    expect(basicConstraintsOf(contents)).toBeUndefined();
    expect(extendedKeyUsageOf(contents)).toBeUndefined();
    expect(issuerAddressesOf(contents)).toEqual([]);
  });

  test.each(["2.5.29.15", "2.5.29.19", "2.5.29.37"])("what cannot be read is an error: %s", async (id) => {
    const contents = await contentsWith(new x509.Extension(id, false, Buffer.from("0500", "hex")));
    const read = {
      "2.5.29.15": keyUsageOf,
      "2.5.29.19": basicConstraintsOf,
      "2.5.29.37": extendedKeyUsageOf,
    }[id];
    expect(() => read?.(contents)).toThrow(RangeError);
  });
});

describe("DER", () => {
  test.each([
    ["2a864886f70d010101", "1.2.840.113549.1.1.1"],
    ["550403", "2.5.4.3"],
    ["883703", "2.999.3"],
    ["00", "0.0"],
  ])("an object identifier %s is %s", (hex, text) => {
    expect(objectIdentifierText(Buffer.from(hex, "hex"))).toBe(text);
  });

  test("elements stand one after the other, and keep their octets", () => {
    const octets = Buffer.from(`020101${"04818001".padEnd(262, "0")}`, "hex");
    const [first, second, ...others] = readElements(octets);
    expect(first?.content).toEqual(Buffer.from([1]));
    expect(second?.content.length).toBe(0x80);
    expect(second?.encoded).toEqual(octets.subarray(3));
    expect(others).toEqual([]);
  });

  test.each(["30", "3002", "30020500ff", "3080", "1f0100", "308500000000010", "30ff", "02"])(
    "%s is not one SEQUENCE",
    (hex) => {
      expect(() => readSequence(Buffer.from(hex, "hex"))).toThrow(RangeError);
    },
  );
});
