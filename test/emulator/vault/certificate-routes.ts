/** Making, merging, importing and listing certificates: https://learn.microsoft.com/rest/api/keyvault/certificates */
import { randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { generatePrivateKey } from "../../pki/index.ts";
import { type PathParameters, parseJsonObject, type ServiceAnswer } from "../http/exchange.ts";
import {
  certificateBundle,
  certificateItem,
  operationBundle,
  pendingCertificateBundle,
  storedPolicyBundle,
} from "./bundles.ts";
import type { VaultContext, VaultRoute } from "./context.ts";
import { badParameter, VaultFault } from "./errors.ts";
import { readImportedFile } from "./imported-file.ts";
import { isCertificateOf, requestByPolicy, selfSignByPolicy } from "./issuance.ts";
import { policyOfCertificate, readImportPolicy, readPolicy } from "./policy.ts";
import type { PendingCertificate } from "./store.ts";
import { orderOfImport, orderOfMerge } from "./stored-order.ts";

const OPERATION = (operation: string) => new RegExp(`^/certificates/(?<name>[^/]+)/${operation}/?$`, "i");

/** Before the routes of single versions: there `pending` would be taken for a version. */
export const CERTIFICATE_ROUTES: readonly VaultRoute[] = [
  { method: "GET", path: /^\/certificates\/?$/i, permission: "certificates/list", answer: listCertificates },
  { method: "POST", path: OPERATION("create"), permission: "certificates/create", answer: create },
  { method: "POST", path: OPERATION("import"), permission: "certificates/import", answer: importFile },
  { method: "GET", path: OPERATION("versions"), permission: "certificates/list", answer: listVersions },
  { method: "GET", path: OPERATION("policy"), permission: "certificates/get", answer: getPolicy },
  { method: "GET", path: OPERATION("pending"), permission: "certificates/get", answer: getPending },
  { method: "DELETE", path: OPERATION("pending"), permission: "certificates/delete", answer: deletePending },
  { method: "POST", path: OPERATION("pending/merge"), permission: "certificates/create", answer: merge },
];

/** A certificate by name and version; one that was never merged shows what there is of it. */
export function getCertificate(
  { store, url }: VaultContext,
  { name = "", version = "" }: PathParameters,
): ServiceAnswer {
  const pending = store.pending.get(name);
  if (pending?.status === "inProgress" && store.versions(name).length === 0) {
    return { status: 200, body: pendingCertificateBundle(pending, url) };
  }
  const stored = store.find("certificates", name, version);
  return { status: 200, body: certificateBundle(stored, url, version === "") };
}

function listCertificates({ store, url }: VaultContext): ServiceAnswer {
  const value = store
    .latest()
    .map((stored) => certificateItem(stored, `${url}/certificates/${stored.ids.name}`));
  return { status: 200, body: { value, nextLink: null } };
}

/** Of a name that does not exist there are simply no versions. */
function listVersions({ store }: VaultContext, { name = "" }: PathParameters): ServiceAnswer {
  const value = store.versions(name).map((stored) => certificateItem(stored, stored.ids.certificateId));
  return { status: 200, body: { value, nextLink: null } };
}

function getPolicy({ store, url }: VaultContext, { name = "" }: PathParameters): ServiceAnswer {
  return { status: 200, body: storedPolicyBundle(store.find("certificates", name, ""), url) };
}

/** Makes the key at once. With the issuer Self the certificate as well, which the next look at it finds completed. */
async function create(context: VaultContext, { name = "" }: PathParameters): Promise<ServiceAnswer> {
  const { store, url, request, clock } = context;
  const policy = readPolicy(readBody(request.body)["policy"]);
  refuseWhilePending(context, name);
  const previous = store.versions(name).at(-1);
  const reused = policy.reuseKey && previous?.policy.keySpec === policy.keySpec;
  const privateKey = reused ? previous.privateKey : await generatePrivateKey(policy.keySpec);
  const pending: PendingCertificate = {
    ids: store.reserve(name),
    policy,
    privateKey,
    request: await requestByPolicy(policy, privateKey),
    requestId: randomBytes(16).toString("hex"),
    created: Math.floor(clock.seconds()),
    status: "inProgress",
  };
  refuseWhilePending(context, name); // Somebody else may have come first meanwhile.
  store.pending.set(pending);
  if (policy.issuer === "Self") {
    complete(context, pending, [await selfSignByPolicy(policy, privateKey, clock.date())]);
  }
  const apiVersion = request.url.searchParams.get("api-version");
  const query = `api-version=${apiVersion}&request_id=${pending.requestId}`;
  const location = `${url}/certificates/${pending.ids.name}/pending?${query}`;
  return { status: 202, headers: { Location: location }, body: operationBundle(pending, url) };
}

function getPending({ store, url }: VaultContext, { name = "" }: PathParameters): ServiceAnswer {
  const pending = store.pending.get(name);
  if (pending === undefined) {
    throw pendingNotFound(url, name);
  }
  return { status: 200, body: operationBundle(pending, url) };
}

function deletePending({ store, url }: VaultContext, { name = "" }: PathParameters): ServiceAnswer {
  const pending = store.pending.get(name);
  if (pending === undefined) {
    throw pendingNotFound(url, name);
  }
  store.pending.delete(name);
  return { status: 200, body: operationBundle(pending, url) };
}

/** Takes the certificate that a request was issued as, with or without those of its authorities, in any order. */
function merge(context: VaultContext, { name = "" }: PathParameters): ServiceAnswer {
  const { store, url, request } = context;
  const certificates = readX5c(readBody(request.body)["x5c"]);
  const pending = store.pending.get(name);
  if (pending?.status !== "inProgress") {
    throw pendingNotFound(url, name);
  }
  const leaf = certificates.find((der) => isCertificateOf(parse(der), pending.privateKey));
  if (leaf === undefined) {
    throw keyMismatch();
  }
  complete(context, pending, orderOfMerge(leaf, certificates), leaf);
  return { status: 201, body: certificateBundle(store.find("certificates", name, ""), url, true) };
}

function importFile(context: VaultContext, { name = "" }: PathParameters): ServiceAnswer {
  const { store, url, request } = context;
  const { value, pwd, policy } = readBody(request.body);
  if (typeof value !== "string" || value === "") {
    throw badParameter("Property value is missing.\r\n");
  }
  if (pwd !== undefined && pwd !== null && typeof pwd !== "string") {
    throw badParameter("Property pwd has invalid value\r\n");
  }
  const asked = readImportPolicy(policy);
  const { privateKey, certificates, contentType } = readImportedFile(value, pwd ?? "");
  if (asked.contentType !== undefined && asked.contentType !== contentType) {
    throw badParameter(`The content is not of the type ${asked.contentType} that the policy names.`);
  }
  refuseWhilePending(context, name);
  const leaf = certificates.find((der) => isCertificateOf(parse(der), privateKey));
  if (leaf === undefined) {
    throw keyMismatch();
  }
  const { exportable } = asked;
  const content = {
    name,
    privateKey,
    certificates: orderOfImport(certificates),
    leaf,
    exportable,
    contentType,
  };
  store.add(content, {
    ids: store.reserve(name),
    policy: policyOfCertificate(leaf, privateKey, { exportable, contentType }),
  });
  return { status: 200, body: certificateBundle(store.find("certificates", name, ""), url, true) };
}

function complete(
  { store }: VaultContext,
  pending: PendingCertificate,
  certificates: readonly Uint8Array[],
  leaf: Uint8Array | undefined = certificates[0],
): void {
  const { ids, privateKey, policy } = pending;
  const { exportable, contentType } = policy;
  const content = { name: ids.name, privateKey, certificates, exportable, contentType };
  store.add({ ...content, ...(leaf && { leaf }) }, { ids, policy });
  store.pending.set({ ...pending, status: "completed" });
}

function refuseWhilePending({ store }: VaultContext, name: string): void {
  if (store.pending.get(name)?.status !== "inProgress") {
    return;
  }
  const message =
    "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.";
  throw new VaultFault(409, "Conflict", message);
}

function readBody(body: Buffer): Readonly<Record<string, unknown>> {
  const parsed = parseJsonObject(body);
  if (parsed === undefined) {
    throw badParameter("Required Body is missing or empty.");
  }
  return parsed;
}

function readX5c(value: unknown): readonly Uint8Array[] {
  const invalid = badParameter("Property x5c has invalid value, X5C must have at least one valid item\r\n");
  if (!Array.isArray(value) || value.length === 0) {
    throw invalid;
  }
  return value.map((item: unknown) => {
    if (typeof item !== "string") {
      throw invalid;
    }
    return new Uint8Array(Buffer.from(item, "base64"));
  });
}

function parse(der: Uint8Array): x509.X509Certificate {
  try {
    return new x509.X509Certificate(new Uint8Array(der));
  } catch {
    throw badParameter("The specified X.509 certificate content can not be read.");
  }
}

function keyMismatch(): VaultFault {
  return badParameter(
    "The public key of the end-entity certificate in the specified X.509 certificate content does not match the public part of the specified private key. Please check if certificate is valid.",
  );
}

function pendingNotFound(url: string, name: string): VaultFault {
  return new VaultFault(
    404,
    "PendingCertificateNotFound",
    `Pending certificate not found: ${url}/certificates/${name}/pending`,
  );
}
