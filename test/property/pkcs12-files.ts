/** PKCS#12 files without a password, as a vault and as OpenSSL make them. */
import { encodePkcs12 } from "../emulator/vault/pkcs12.ts";
import { type IssuedCertificate, privateKeyToPem, toPem } from "../pki/index.ts";
import { openssl } from "../unit/openssl.ts";

const TRIPLE_DES = ["-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"];

/** OpenSSL's options by what they make. */
export const OPENSSL_FORMS = {
  aes: ["-certpbe", "AES-256-CBC", "-keypbe", "AES-256-CBC"],
  tripleDes: TRIPLE_DES,
  plain: ["-certpbe", "NONE", "-keypbe", "NONE", "-nomac"],
} as const;

/** The file as a vault makes it: 3DES, and the null password. */
export function vaultPkcs12({ chain, certificate, privateKey }: IssuedCertificate): Uint8Array {
  return encodePkcs12({ certificates: chain, leaf: certificate, privateKey });
}

/** The file as OpenSSL makes it with the empty password, or another one. */
export function opensslPkcs12(
  { chain, privateKey }: IssuedCertificate,
  form: keyof typeof OPENSSL_FORMS,
  { iterations = 1, password = "" } = {},
): Promise<Uint8Array> {
  const [leaf, ...others] = chain;
  const files = ["-in", "leaf.pem", "-inkey", "key.pem", "-certfile", "others.pem", "-out", "file.p12"];
  const options = ["-passout", `pass:${password}`, "-iter", String(iterations), ...OPENSSL_FORMS[form]];
  return openssl(["pkcs12", "-export", ...files, ...options], "file.p12", {
    "leaf.pem": toPem(leaf ?? new Uint8Array()),
    "others.pem": toPem(...others),
    "key.pem": privateKeyToPem(privateKey),
  });
}
