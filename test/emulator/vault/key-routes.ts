/** The operations on keys, which a vault and a managed HSM have in common: https://learn.microsoft.com/rest/api/keyvault/keys */
import { type PathParameters, parseJsonObject, type ServiceAnswer } from "../http/exchange.ts";
import { demandSigning } from "./attributes.ts";
import { keyBundle } from "./bundles.ts";
import type { KeyContext, KeyRoute } from "./context.ts";
import { signDigest } from "./digest-signature.ts";
import { badParameter } from "./errors.ts";

/** `/{kind}/{name}`, `/{kind}/{name}/` or `/{kind}/{name}/{version}`. */
export const objectPath = (kind: string) =>
  new RegExp(`^/${kind}/(?<name>[^/]+)(?:/(?<version>[^/]*))?$`, "i");

/** Clients ask for the latest version with an empty one: `/keys/{name}//sign`; without the slash it is the same. */
const SIGN_PATH = /^\/keys\/(?<name>[^/]+)\/(?:(?<version>[^/]*)\/)?sign$/i;

export const KEY_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: SIGN_PATH, permission: "keys/sign", answer: sign },
  { method: "GET", path: objectPath("keys"), permission: "keys/get", answer: getKey },
];

function getKey({ keys }: KeyContext, { name = "", version }: PathParameters): ServiceAnswer {
  return { status: 200, body: keyBundle(keys.find(name, version, "get")) };
}

function sign({ keys, request, clock }: KeyContext, { name = "", version }: PathParameters): ServiceAnswer {
  const stored = keys.find(name, version, "sign");
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
