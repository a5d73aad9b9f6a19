/** What a vault holds: certificates by name, each with its versions, key and secret in one; and those under way. */
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { CertificateVersion, ImportRequest, ObjectAttributes } from "../types.ts";
import { changeAttributes, disabledFault, newAttributes, type VersionAttributes } from "./attributes.ts";
import { notFound, type ObjectKind } from "./errors.ts";
import { type CertificatePolicy, policyOfCertificate } from "./policy.ts";
import { encodeSecret } from "./secret-value.ts";

/** One version as the vault keeps it. */
export interface StoredVersion {
  readonly ids: CertificateVersion;
  readonly privateKey: KeyObject;
  readonly leaf: Uint8Array;
  readonly policy: CertificatePolicy;
  readonly secretValue: string;
  readonly attributes: VersionAttributes;
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
   * Throws NotFound of the kind, or Forbidden for an operation on a key or secret that is disabled, or not merged yet.
   * Without a version, or an empty one: the latest.
   */
  find(
    kind: ObjectKind,
    name: string,
    version: string | undefined,
    operation?: "get" | "sign",
  ): StoredVersion;
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

/** What a name may be: the service's own rule. */
export const OBJECT_NAME = /^[0-9a-zA-Z-]{1,127}$/;
/** What a version looks like. */
export const OBJECT_VERSION = /^[0-9a-f]{32}$/;

/** An empty store of the vault at `url`. */
export function createStore(url: string, clock: Clock): Store {
  const byName = new Map<string, StoredVersion[]>();
  const pendingByName = new Map<string, PendingCertificate>();
  const versions = (name: string) => byName.get(name.toLowerCase()) ?? [];
  const select = (name: string, version: string) =>
    version === "" ? versions(name).at(-1) : versions(name).find(({ ids }) => ids.version === version);
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
      const stored = toStored(request, destiny ?? { ids: reserve(request.name) }, clock.seconds());
      byName.set(request.name.toLowerCase(), [...versions(request.name), stored]);
      return stored.ids;
    },
    setAttributes(name, change, version = "") {
      const found = select(name, version);
      if (found === undefined) {
        throw notFound("certificates", version === "" ? name : `${name}/${version}`);
      }
      const changed = { ...found, attributes: changeAttributes(found.attributes, change, clock.seconds()) };
      const all = versions(name).map((stored) => (stored === found ? changed : stored));
      byName.set(name.toLowerCase(), all);
    },
    find(kind, name, version = "", operation = "get") {
      const found = select(name, version);
      const isUsable = found?.attributes.enabled || kind === "certificates";
      if (found && isUsable) {
        return found;
      }
      const pending = pendingByName.get(name.toLowerCase());
      const isUnderWay =
        pending?.status === "inProgress" && (version === "" || version === pending.ids.version);
      if ((found || isUnderWay) && kind !== "certificates") {
        throw disabledFault(kind, operation);
      }
      throw notFound(kind, version === "" ? name : `${name}/${version}`);
    },
  };
}

function toStored(
  request: ImportRequest,
  { ids, policy }: Pick<Destiny, "ids"> & Partial<Destiny>,
  now: number,
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
    attributes: newAttributes(parsed, privateKey, now),
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
