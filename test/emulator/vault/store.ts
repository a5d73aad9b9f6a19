/** What a vault holds: certificates by name, each with its versions, key and secret in one; and those under way. */
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import type { CertificateVersion, ImportRequest } from "../types.ts";
import { forbidden, notFound, type ObjectKind } from "./errors.ts";
import { type CertificatePolicy, policyOfCertificate } from "./policy.ts";
import { encodeSecret } from "./secret-value.ts";

/** One version as the vault keeps it. Times are seconds since 1970. */
export interface StoredVersion {
  readonly ids: CertificateVersion;
  readonly privateKey: KeyObject;
  readonly leaf: Uint8Array;
  readonly policy: CertificatePolicy;
  readonly secretValue: string;
  readonly notBefore: number;
  readonly expires: number;
  readonly created: number;
}

/** A certificate that is being made: its key is there, its certificate may not be yet. */
export interface PendingCertificate {
  readonly ids: CertificateVersion;
  readonly policy: CertificatePolicy;
  readonly privateKey: KeyObject;
  /** PKCS#10, DER. */
  readonly request: Uint8Array;
  /** 32 hexadecimal digits. */
  readonly requestId: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly status: "inProgress" | "completed";
}

/** What is known of a version before it is stored. */
export interface Destiny {
  readonly ids: CertificateVersion;
  readonly policy: CertificatePolicy;
}

/** The objects of one vault. Names are case-insensitive; what is shown is the name as it was created. */
export interface Store {
  add(request: ImportRequest, destiny?: Destiny): CertificateVersion;
  /**
   * Throws NotFound of the kind, or Forbidden for an operation on what is not merged yet. Without a version, or an
   * empty one: the latest.
   */
  find(
    kind: ObjectKind,
    name: string,
    version: string | undefined,
    operation?: "get" | "sign",
  ): StoredVersion;
  /** The versions of a certificate, the oldest first; none where there is no such certificate. */
  versions(name: string): readonly StoredVersion[];
  /** The latest version of each certificate. */
  latest(): readonly StoredVersion[];
  /** The identifiers that a new version of this name will have. */
  reserve(name: string): CertificateVersion;
  /** What is, or was last, under way by name. */
  readonly pending: PendingCertificates;
}

/** The certificates under way. */
export interface PendingCertificates {
  get(name: string): PendingCertificate | undefined;
  set(pending: PendingCertificate): void;
  delete(name: string): void;
}

/** What a name may be: the service's own rule. */
export const OBJECT_NAME = /^[0-9a-zA-Z-]{1,127}$/;
/** What a version looks like. */
export const OBJECT_VERSION = /^[0-9a-f]{32}$/;

/** An empty store of the vault at `url`. */
export function createStore(url: string): Store {
  const byName = new Map<string, StoredVersion[]>();
  const pendingByName = new Map<string, PendingCertificate>();
  const versions = (name: string) => byName.get(name.toLowerCase()) ?? [];
  const reserve = (name: string) => newIds(versions(name)[0]?.ids.name ?? name, url);
  return {
    versions,
    reserve,
    latest: () => [...byName.values()].flatMap((all) => all.slice(-1)),
    pending: {
      get: (name) => pendingByName.get(name.toLowerCase()),
      set: (pending) => void pendingByName.set(pending.ids.name.toLowerCase(), pending),
      delete: (name) => void pendingByName.delete(name.toLowerCase()),
    },
    add(request, destiny) {
      const stored = toStored(request, destiny?.ids ?? reserve(request.name), destiny?.policy);
      byName.set(request.name.toLowerCase(), [...versions(request.name), stored]);
      return stored.ids;
    },
    find(kind, name, version = "", operation = "get") {
      const all = versions(name);
      const found = version === "" ? all.at(-1) : all.find(({ ids }) => ids.version === version);
      if (found) {
        return found;
      }
      const pending = pendingByName.get(name.toLowerCase());
      const disabled =
        pending?.status === "inProgress" && (version === "" || version === pending.ids.version);
      if (disabled && kind !== "certificates") {
        throw disabledFault(kind, operation);
      }
      throw notFound(kind, version === "" ? name : `${name}/${version}`);
    },
  };
}

/** Key and secret of a certificate under way are there, but disabled. */
function disabledFault(kind: "keys" | "secrets", operation: string) {
  const [code, noun] = kind === "keys" ? ["KeyDisabled", "key"] : ["SecretDisabled", "secret"];
  return forbidden(code, `Operation ${operation} is not allowed on a disabled ${noun}.`);
}

function toStored(
  request: ImportRequest,
  ids: CertificateVersion,
  policy?: CertificatePolicy,
): StoredVersion {
  const { name } = ids;
  if (!OBJECT_NAME.test(name)) {
    throw new RangeError(`not a name of a vault's object: ${name}`);
  }
  const leaf = request.leaf ?? request.certificates[0];
  if (leaf === undefined) {
    throw new RangeError(`no certificate to import as ${name}`);
  }
  const parsed = new X509Certificate(leaf);
  if (!sameKey(parsed.publicKey, request.privateKey)) {
    throw new RangeError(`the private key is not that of the certificate "${parsed.subject}": set leaf`);
  }
  const { exportable = true, contentType = "application/x-pkcs12", privateKey } = request;
  const content = { ...request, leaf, exportable, contentType };
  return {
    ids,
    privateKey,
    leaf,
    policy: policy ?? policyOfCertificate(leaf, privateKey, { exportable, contentType }),
    secretValue: request.secretValue ?? encodeSecret(content),
    notBefore: toSeconds(parsed.validFrom),
    expires: toSeconds(parsed.validTo),
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
