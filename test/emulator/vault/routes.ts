/** The operations of a vault: which path needs which permission, and what it answers. */

import { type PathParameters, parseJsonObject, type ServiceAnswer } from "../http/exchange.ts";
import { demandSigning } from "./attributes.ts";
import { keyBundle, secretBundle } from "./bundles.ts";
import { CERTIFICATE_ROUTES, getCertificate } from "./certificate-routes.ts";
import type { VaultContext, VaultRoute } from "./context.ts";
import { signDigest } from "./digest-signature.ts";
import { badParameter } from "./errors.ts";

/** `/{kind}/{name}`, `/{kind}/{name}/` or `/{kind}/{name}/{version}`. */
const objectPath = (kind: string) => new RegExp(`^/${kind}/(?<name>[^/]+)(?:/(?<version>[^/]*))?$`, "i");

/** Clients ask for the latest version with an empty one: `/keys/{name}//sign`; without the slash it is the same. */
const SIGN_PATH = /^\/keys\/(?<name>[^/]+)\/(?:(?<version>[^/]*)\/)?sign$/i;

/** https://learn.microsoft.com/rest/api/keyvault/ */
export const VAULT_ROUTES: readonly VaultRoute[] = [
  { method: "POST", path: SIGN_PATH, permission: "keys/sign", answer: sign },
  { method: "GET", path: objectPath("keys"), permission: "keys/get", answer: getKey },
  { method: "GET", path: objectPath("secrets"), permission: "secrets/get", answer: getSecret },
  ...CERTIFICATE_ROUTES,
  { method: "GET", path: objectPath("certificates"), permission: "certificates/get", answer: getCertificate },
];

function getSecret({ store }: VaultContext, { name = "", version }: PathParameters): ServiceAnswer {
  return { status: 200, body: secretBundle(store.find("secrets", name, version)) };
}

function getKey({ store }: VaultContext, { name = "", version }: PathParameters): ServiceAnswer {
  return { status: 200, body: keyBundle(store.find("keys", name, version)) };
}

function sign(
  { store, request, clock }: VaultContext,
  { name = "", version }: PathParameters,
): ServiceAnswer {
  const stored = store.find("keys", name, version, "sign");
  demandSigning(stored.attributes, clock.seconds());
  const { alg, value } = readSignRequest(request.body);
  const { keyId } = stored.ids;
  const signature = signDigest(alg, value, stored.privateKey, keyId);
  return { status: 200, body: { kid: keyId, value: Buffer.from(signature).toString("base64url") } };
}

function readSignRequest(body: Buffer): { readonly alg: string; readonly value: Buffer } {
  const parsed = parseJsonObject(body);
  if (parsed === undefined) {
    throw badParameter("Required Body is missing or empty.");
  }
  const { alg, value } = parsed;
  if (typeof alg !== "string" || alg === "") {
    throw badParameter("Property alg has invalid value\r\n");
  }
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]*$/.test(value)) {
    throw badParameter("Property value has invalid value\r\n");
  }
  return { alg, value: Buffer.from(value, "base64url") };
}
