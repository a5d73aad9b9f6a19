/** Keys that no certificate goes with: all that a managed HSM holds, and what a vault may hold beside certificates. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type KeySpec, keySpecOf } from "../../pki/index.ts";
import type { Clock } from "../clock.ts";
import type { KeyRequest, KeyVersion, ObjectAttributes } from "../types.ts";
import { changeAttributes, disabledFault, newKeyAttributes } from "./attributes.ts";
import { notFound } from "./errors.ts";
import type { CertificatePolicy } from "./policy.ts";
import { createShelf, type Versioned } from "./shelf.ts";

/** One version of a key, with a certificate or without. */
export interface StoredKey extends Versioned {
  readonly ids: Pick<KeyVersion, "name" | "version" | "keyId">;
  readonly privateKey: KeyObject;
  readonly policy: Pick<CertificatePolicy, "keyType" | "exportable">;
  /** Whether it is a certificate's. */
  readonly isManaged: boolean;
}

/** Where keys are found. */
export interface KeyFinder {
  /**
   * Throws KeyNotFound, or Forbidden for an operation on a key that is disabled. Without a version, or with an empty
   * one: the latest.
   */
  find(name: string, version: string | undefined, operation: "get" | "sign"): StoredKey;
}

/** The keys of one vault or HSM. */
export interface KeyStore extends KeyFinder {
  has(name: string): boolean;
  /** Throws a RangeError for a name or a key that the service would not take. */
  create(request: KeyRequest): KeyVersion;
  /** Throws NotFound where there is no such version; without one: the latest. */
  setAttributes(name: string, change: ObjectAttributes, version?: string): void;
}

/** What the name of an object in a vault or HSM may be: the service's own rule. */
export const OBJECT_NAME = /^[0-9a-zA-Z-]{1,127}$/;
/** What a version looks like. */
export const OBJECT_VERSION = /^[0-9a-f]{32}$/;

/** No keys. `url` is that of the vault or HSM; keys in hardware say so in their type: `RSA-HSM`. */
export function createKeyStore(url: string, clock: Clock, protection: "software" | "hardware"): KeyStore {
  const shelf = createShelf<StoredKey>();
  return {
    has: (name) => shelf.versions(name).length > 0,
    create(request) {
      demandName(request.name);
      const privateKey = request.keySpec === undefined ? request.privateKey : generateKey(request.keySpec);
      const ids = shelf.reserve(request.name);
      const keyIdWithoutVersion = `${url}/keys/${ids.name}`;
      const keyId = `${keyIdWithoutVersion}/${ids.version}`;
      const kind = keySpecOf(privateKey).startsWith("RSA") ? "RSA" : "EC";
      const now = clock.seconds();
      shelf.add({
        ids: { ...ids, keyId },
        privateKey,
        policy: { keyType: protection === "hardware" ? `${kind}-HSM` : kind, exportable: false },
        isManaged: false,
        attributes: changeAttributes(newKeyAttributes(privateKey, now), request.attributes ?? {}, now),
      });
      return { ...ids, keyId, keyIdWithoutVersion };
    },
    setAttributes(name, change, version) {
      if (!shelf.setAttributes(name, version, change, clock.seconds())) {
        throw notFound("keys", objectId(name, version));
      }
    },
    find(name, version, operation) {
      const found = shelf.select(name, version);
      if (found === undefined) {
        throw notFound("keys", objectId(name, version));
      }
      if (!found.attributes.enabled) {
        throw disabledFault("keys", operation);
      }
      return found;
    },
  };
}

/** Throws a RangeError for what no object may be called. */
export function demandName(name: string): void {
  if (!OBJECT_NAME.test(name)) {
    throw new RangeError(`not a name of a vault's object: ${name}`);
  }
}

/** An object as messages name it: with the version where one was asked for. */
export function objectId(name: string, version = ""): string {
  return version === "" ? name : `${name}/${version}`;
}

function generateKey(keySpec: KeySpec): KeyObject {
  const [kind, size] = keySpec.split("-");
  return kind === "RSA"
    ? generateKeyPairSync("rsa", { modulusLength: Number(size) }).privateKey
    : generateKeyPairSync("ec", { namedCurve: `P-${size}` }).privateKey;
}
