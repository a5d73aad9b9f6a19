/** The JSON that a vault shows of its objects: the REST API's CertificateBundle, SecretBundle and KeyBundle. */
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { StoredVersion } from "./store.ts";

/** `GET /certificates/{name}/{version}`; the policy comes with the latest version only. */
export function certificateBundle(stored: StoredVersion, url: string, withPolicy: boolean): object {
  const { ids, leaf, contentType } = stored;
  return {
    id: ids.certificateId,
    kid: ids.keyId,
    sid: ids.secretId,
    x5t: createHash("sha1").update(leaf).digest("base64url"),
    cer: Buffer.from(leaf).toString("base64"),
    contentType,
    attributes: attributes(stored),
    tags: {},
    ...(withPolicy && { policy: policy(stored, url) }),
  };
}

/** `GET /secrets/{name}/{version}` of a certificate's secret. */
export function secretBundle(stored: StoredVersion): object {
  const { ids, secretValue, contentType } = stored;
  return {
    value: secretValue,
    contentType,
    id: ids.secretId,
    managed: true,
    attributes: attributes(stored),
    tags: {},
    kid: ids.keyId,
  };
}

/** `GET /keys/{name}/{version}` of a certificate's key: the public half. */
export function keyBundle(stored: StoredVersion): object {
  return {
    key: { kid: stored.ids.keyId, ...publicJwk(stored) },
    attributes: { ...attributes(stored), exportable: stored.exportable },
    tags: {},
    managed: true,
  };
}

const KEY_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  RSA: ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
  EC: ["sign", "verify"],
};

function publicJwk({ privateKey }: StoredVersion): object {
  const { kty = "", n, e, crv, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
  const numbers = kty === "RSA" ? { n, e } : { crv, x, y };
  return { kty, key_ops: KEY_OPERATIONS[kty], ...numbers };
}

function attributes({ notBefore, expires, created }: StoredVersion): object {
  return {
    enabled: true,
    nbf: notBefore,
    exp: expires,
    created,
    updated: created,
    recoveryLevel: "Recoverable+Purgeable",
    recoverableDays: 90,
  };
}

/** A policy as an import makes it: the issuer is unknown to the vault. */
function policy(stored: StoredVersion, url: string): object {
  const { kty, crv, n } = createPublicKey(stored.privateKey).export({ format: "jwk" });
  // `keyUsage` of node:crypto is the extended key usage, as OIDs.
  const { subject, keyUsage = [] } = new X509Certificate(stored.leaf);
  const { created } = stored;
  const size = kty === "RSA" ? { key_size: Buffer.from(n ?? "", "base64url").length * 8 } : { crv };
  return {
    id: `${url}/certificates/${stored.ids.name}/policy`,
    key_props: { exportable: stored.exportable, kty, ...size, reuse_key: false },
    secret_props: { contentType: stored.contentType },
    x509_props: {
      subject: subject.split("\n").reverse().join(", "),
      ekus: keyUsage,
      key_usage: ["digitalSignature"],
      validity_months: Math.round((stored.expires - stored.notBefore) / (30.44 * 86_400)),
      basic_constraints: { ca: false },
    },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } }],
    issuer: { name: "Unknown" },
    attributes: { enabled: true, created, updated: created },
  };
}
