/** The JSON that a vault shows of its objects: the REST API's CertificateBundle, SecretBundle, KeyBundle, … */
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { StoredKey } from "./key-store.ts";
import { policyBundle } from "./policy.ts";
import type { PendingCertificate, StoredVersion } from "./store.ts";

/** `GET /certificates/{name}/{version}`; the policy comes with the latest version only. */
export function certificateBundle(stored: StoredVersion, url: string, withPolicy: boolean): object {
  const { ids, leaf, policy } = stored;
  return {
    id: ids.certificateId,
    kid: ids.keyId,
    sid: ids.secretId,
    x5t: thumbprint(leaf),
    cer: Buffer.from(leaf).toString("base64"),
    contentType: policy.contentType,
    attributes: attributesBundle(stored),
    tags: {},
    ...(withPolicy && { policy: storedPolicyBundle(stored, url) }),
  };
}

/** The policy of a stored certificate. */
export function storedPolicyBundle({ policy, ids, attributes }: StoredVersion, url: string): object {
  return policyBundle(policy, `${url}/certificates/${ids.name}/policy`, attributes.created);
}

/** One line of a list of certificates. `id` is with the version, or without in a list of names. */
export function certificateItem(stored: StoredVersion, id: string): object {
  const { leaf } = stored;
  const { subject } = new X509Certificate(leaf);
  return {
    id,
    x5t: thumbprint(leaf),
    attributes: attributesBundle(stored),
    tags: {},
    subject: subject.split("\n").reverse().join(", "),
  };
}

/** A certificate whose key is made, and that waits to be merged: all but the certificate itself. */
export function pendingCertificateBundle(pending: PendingCertificate, url: string): object {
  const { ids, policy, created } = pending;
  return {
    id: ids.certificateId,
    kid: ids.keyId,
    sid: ids.secretId,
    attributes: { enabled: false, created, updated: created, ...RECOVERY },
    policy: policyBundle(policy, `${url}/certificates/${ids.name}/policy`, created),
    pending: { id: pendingId(pending, url) },
  };
}

/** `GET /certificates/{name}/pending`: the CertificateOperation. */
export function operationBundle(pending: PendingCertificate, url: string): object {
  const { policy, request, requestId, status, ids } = pending;
  const details =
    policy.issuer === "Self"
      ? "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later."
      : "Pending certificate created. Please Perform Merge to complete the request.";
  return {
    id: pendingId(pending, url),
    issuer: { name: policy.issuer },
    csr: Buffer.from(request).toString("base64"),
    cancellation_requested: false,
    status,
    ...(status === "inProgress" && { status_details: details }),
    ...(status === "completed" && { target: `${url}/certificates/${ids.name}` }),
    request_id: requestId,
  };
}

function pendingId({ ids }: PendingCertificate, url: string): string {
  return `${url}/certificates/${ids.name}/pending`;
}

/** `GET /secrets/{name}/{version}` of a certificate's secret. */
export function secretBundle(stored: StoredVersion): object {
  const { ids, secretValue, policy } = stored;
  return {
    value: secretValue,
    contentType: policy.contentType,
    id: ids.secretId,
    managed: true,
    attributes: attributesBundle(stored),
    tags: {},
    kid: ids.keyId,
  };
}

/** `GET /keys/{name}/{version}`: the public half. */
export function keyBundle(stored: StoredKey): object {
  return {
    key: { kid: stored.ids.keyId, ...publicJwk(stored) },
    attributes: { ...attributesBundle(stored), exportable: stored.policy.exportable },
    ...(stored.isManaged && { tags: {}, managed: true }),
  };
}

/** A key in hardware says so in its type: `RSA-HSM`. */
function publicJwk({ privateKey, policy, attributes: { keyOperations } }: StoredKey): object {
  const { kty = "", n, e, crv, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
  const numbers = kty === "RSA" ? { n, e } : { crv, x, y };
  return { kty: policy.keyType, key_ops: keyOperations, ...numbers };
}

const RECOVERY = { recoveryLevel: "Recoverable+Purgeable", recoverableDays: 90 } as const;

function attributesBundle({ attributes }: Pick<StoredKey, "attributes">): object {
  const { enabled, notBefore: nbf, expires: exp, created, updated } = attributes;
  return { enabled, nbf, exp, created, updated, ...RECOVERY };
}

function thumbprint(certificate: Uint8Array): string {
  return createHash("sha1").update(certificate).digest("base64url");
}
