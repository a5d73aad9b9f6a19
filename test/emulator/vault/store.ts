/**
 * What a vault holds: certificates by name, each with its versions, key and secret in one; those under way; and keys by
 * themselves.
 */
import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { CertificateVersion, ImportRequest, ObjectAttributes } from "../types.ts";
import { disabledFault, newAttributes } from "./attributes.ts";
import { notFound, type ObjectKind, VaultFault } from "./errors.ts";
import {
  createKeyStore,
  demandName,
  type KeyFinder,
  type KeyStore,
  objectId,
  type StoredKey,
} from "./key-store.ts";
import { type CertificatePolicy, policyOfCertificate } from "./policy.ts";
import { encodeSecret } from "./secret-value.ts";
import { createShelf, type Versioned } from "./shelf.ts";

/** One version of a certificate as the vault keeps it. */
export interface StoredVersion extends StoredKey {
  readonly ids: CertificateVersion;
  readonly leaf: Uint8Array;
  readonly policy: CertificatePolicy;
  readonly secretValue: string;
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
   * Throws NotFound of the kind, or Forbidden for a secret that is disabled, or not merged yet. Without a version, or
   * with an empty one: the latest.
   */
  find(kind: "certificates" | "secrets", name: string, version: string | undefined): StoredVersion;
  /** Those of certificates and those by themselves. A key that is not merged yet counts as disabled. */
  readonly keys: KeyFinder & Pick<KeyStore, "create">;
  /** Throws NotFound where there is no such version; without one: the latest. */
  setAttributes(name: string, change: ObjectAttributes, version?: string): void;
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

/** An empty store of the vault at `url`. */
export function createStore(url: string, clock: Clock): Store {
  const shelf = createShelf<StoredVersion>();
  const loneKeys = createKeyStore(url, clock, "software");
  const pendingByName = new Map<string, PendingCertificate>();
  const reserve = (name: string) => withIds(shelf.reserve(name), url);
  const isUnderWay = (name: string, version = "") => {
    const pending = pendingByName.get(name.toLowerCase());
    return pending?.status === "inProgress" && (version === "" || version === pending.ids.version);
  };
  return {
    versions: shelf.versions,
    latest: shelf.latest,
    reserve,
    pending: {
      get: (name) => pendingByName.get(name.toLowerCase()),
      set: (pending) => void pendingByName.set(pending.ids.name.toLowerCase(), pending),
      delete: (name) => void pendingByName.delete(name.toLowerCase()),
    },
    add(request, destiny) {
      if (loneKeys.has(request.name)) {
        throw nameTaken("key", request.name);
      }
      const stored = toStored(request, destiny ?? { ids: reserve(request.name) }, clock.seconds());
      shelf.add(stored);
      return stored.ids;
    },
    setAttributes(name, change, version) {
      if (loneKeys.has(name)) {
        loneKeys.setAttributes(name, change, version);
      } else if (!shelf.setAttributes(name, version, change, clock.seconds())) {
        throw notFound("certificates", objectId(name, version));
      }
    },
    find(kind, name, version) {
      const found = shelf.select(name, version);
      if (found && (found.attributes.enabled || kind === "certificates")) {
        return found;
      }
      if ((found || isUnderWay(name, version)) && kind === "secrets") {
        throw disabledFault(kind, "get");
      }
      throw notFound(kind, objectId(name, version));
    },
    keys: {
      create(request) {
        if (shelf.versions(request.name).length > 0 || isUnderWay(request.name)) {
          throw nameTaken("certificate", request.name);
        }
        return loneKeys.create(request);
      },
      find(name, version, operation) {
        const found = shelf.select(name, version);
        if (found?.attributes.enabled) {
          return found;
        }
        if (found || isUnderWay(name, version)) {
          throw disabledFault("keys", operation);
        }
        return loneKeys.find(name, version, operation);
      },
    },
  };
}

/** No source says what becomes of a certificate that is made under the name of a key, or a key under its: refused. */
function nameTaken(noun: "key" | "certificate", name: string): VaultFault {
  return new VaultFault(409, "Conflict", `There is a ${noun} by the name ${name} already.`);
}

function toStored(
  request: ImportRequest,
  { ids, policy }: Pick<Destiny, "ids"> & Partial<Destiny>,
  now: number,
): StoredVersion {
  demandName(ids.name);
  const leaf = request.leaf ?? request.certificates[0];
  if (leaf === undefined) {
    throw new RangeError(`no certificate to import as ${ids.name}`);
  }
  const parsed = new X509Certificate(leaf);
  if (!sameKey(parsed.publicKey, request.privateKey)) {
    throw new RangeError(`the private key is not that of the certificate "${parsed.subject}": set leaf`);
  }
  const { exportable = true, contentType = "application/x-pkcs12", privateKey } = request;
  const content = { ...request, leaf, exportable, contentType };
  return {
    ids,
    isManaged: true,
    privateKey,
    leaf,
    policy: policy ?? policyOfCertificate(leaf, privateKey, { exportable, contentType }),
    secretValue: request.secretValue ?? encodeSecret(content),
    attributes: newAttributes(parsed, privateKey, now),
  };
}

function withIds({ name, version }: Versioned["ids"], url: string): CertificateVersion {
  const id = (kind: ObjectKind) => `${url}/${kind}/${name}/${version}`;
  return { name, version, certificateId: id("certificates"), keyId: id("keys"), secretId: id("secrets") };
}

function sameKey(publicKey: KeyObject, privateKey: KeyObject): boolean {
  const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" });
  return spki(publicKey).equals(spki(createPublicKey(privateKey)));
}
