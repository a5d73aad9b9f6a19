/** What a vault holds: certificates by name, each with its versions, key and secret in one. */
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import type { CertificateVersion, ImportRequest } from "../types.ts";
import { notFound, type ObjectKind } from "./errors.ts";
import { encodeSecret } from "./secret-value.ts";

/** One version as the vault keeps it. Times are seconds since 1970. */
export interface StoredVersion {
  readonly ids: CertificateVersion;
  readonly privateKey: KeyObject;
  readonly leaf: Uint8Array;
  readonly contentType: string;
  readonly exportable: boolean;
  readonly secretValue: string;
  readonly notBefore: number;
  readonly expires: number;
  readonly created: number;
}

/** The objects of one vault. Names are case-insensitive; what is shown is the name as it was created. */
export interface Store {
  add(request: ImportRequest): CertificateVersion;
  /** Throws NotFound of the kind. Without a version, or an empty one: the latest. */
  find(kind: ObjectKind, name: string, version: string | undefined): StoredVersion;
}

/** What a name may be: the service's own rule. */
export const OBJECT_NAME = /^[0-9a-zA-Z-]{1,127}$/;
/** What a version looks like. */
export const OBJECT_VERSION = /^[0-9a-f]{32}$/;

/** An empty store of the vault at `url`. */
export function createStore(url: string): Store {
  const byName = new Map<string, StoredVersion[]>();
  return {
    add(request) {
      const versions = byName.get(request.name.toLowerCase()) ?? [];
      const stored = toStored(request, versions[0]?.ids.name ?? request.name, url);
      byName.set(request.name.toLowerCase(), [...versions, stored]);
      return stored.ids;
    },
    find(kind, name, version = "") {
      const versions = byName.get(name.toLowerCase()) ?? [];
      const found = version === "" ? versions.at(-1) : versions.find(({ ids }) => ids.version === version);
      if (found === undefined) throw notFound(kind, version === "" ? name : `${name}/${version}`);
      return found;
    },
  };
}

function toStored(request: ImportRequest, name: string, url: string): StoredVersion {
  if (!OBJECT_NAME.test(name)) throw new RangeError(`not a name of a vault's object: ${name}`);
  const leaf = request.leaf ?? request.certificates[0];
  if (leaf === undefined) throw new RangeError(`no certificate to import as ${name}`);
  const parsed = new X509Certificate(leaf);
  if (!sameKey(parsed.publicKey, request.privateKey)) {
    throw new RangeError(`the private key is not that of the certificate "${parsed.subject}": set leaf`);
  }
  const { exportable = true, contentType = "application/x-pkcs12", privateKey } = request;
  const content = { ...request, leaf, exportable, contentType };
  const { notBefore, expires } = { notBefore: parsed.validFrom, expires: parsed.validTo };
  return {
    ids: newIds(name, url),
    privateKey,
    leaf,
    contentType,
    exportable,
    secretValue: request.secretValue ?? encodeSecret(content),
    notBefore: toSeconds(notBefore),
    expires: toSeconds(expires),
    created: Math.floor(Date.now() / 1000),
  };
}

function newIds(name: string, url: string): CertificateVersion {
  const version = randomBytes(16).toString("hex");
  const id = (kind: ObjectKind) => `${url}/${kind}/${name}/${version}`;
  return { name, version, certificateId: id("certificates"), keyId: id("keys"), secretId: id("secrets") };
}

function sameKey(publicKey: KeyObject, privateKey: KeyObject): boolean {
  const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" });
  return spki(publicKey).equals(spki(createPublicKey(privateKey)));
}

/** From the text of an X.509 date, which is in GMT. */
function toSeconds(date: string): number {
  return Math.floor(new Date(date).getTime() / 1000);
}
