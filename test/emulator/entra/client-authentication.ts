/** Whether whoever asks for a token is the application that it says it is: RFC 6749, section 2.3; RFC 7523. */
import { timingSafeEqual } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../clock.ts";
import type { Cloud } from "../clouds.ts";
import type { FederatedCredential, Identity, RegisteredCertificate } from "./directory.ts";
import { EntraFault } from "./errors.ts";
import { ANY_DATE } from "./jwt.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** What the client's proof is measured against. */
export interface AuthenticationContext {
  readonly identity: Identity;
  readonly tenantId: string;
  readonly cloud: Cloud;
  readonly clock: Clock;
}

/** Throws an EntraFault unless the form proves the identity by what was registered for it. */
export async function authenticateClient(
  form: URLSearchParams,
  context: AuthenticationContext,
): Promise<void> {
  const { principal, registration } = context.identity;
  const secret = form.get("client_secret");
  if (secret !== null) {
    if (registration.kind === "client-secret" && sameText(secret, registration.secret)) {
      return;
    }
    throw new EntraFault(7000215, principal.appId);
  }
  const assertion = form.get("client_assertion");
  if (assertion === null || form.get("client_assertion_type") !== ASSERTION_TYPE) {
    throw new EntraFault(7000218);
  }
  if (registration.kind === "federated-token") {
    await verifyFederatedToken(assertion, registration.federation, context.clock);
  } else {
    const certificate = registration.kind === "client-certificate" ? registration.certificate : undefined;
    await verifyCertificateAssertion(assertion, certificate, context);
  }
}

/** The assertion of a certificate credential: signed by the certificate's key, by and about the client itself. */
async function verifyCertificateAssertion(
  assertion: string,
  certificate: RegisteredCertificate | undefined,
  { identity, tenantId, cloud, clock }: AuthenticationContext,
): Promise<void> {
  const { appId } = identity.principal;
  const { header, claims } = decodeAssertion(assertion);
  // MSAL for Python pads it, which RFC 7515, section 4.1.7, does not provide for; Entra ID takes it.
  const thumbprint = String(header["x5t#S256"] ?? header.x5t ?? "").replace(/=+$/, "");
  if (!certificate?.thumbprints.includes(thumbprint)) {
    throw new EntraFault(700027, "The key was not found.", hex(thumbprint), appId);
  }
  const now = clock.date();
  if (now < certificate.notBefore || now > certificate.notAfter) {
    throw new EntraFault(700027, "The key used is expired.", hex(thumbprint), appId);
  }
  const reason = "The provided signature value did not match the expected signature value.";
  await verifySignature(
    assertion,
    certificate.publicKey,
    ["RS256", "PS256"],
    [reason, hex(thumbprint), appId],
  );
  if (claims.iss !== appId || claims.sub !== appId) {
    throw new EntraFault(700021);
  }
  if (!isTokenEndpoint(claims.aud, tenantId, cloud)) {
    throw new EntraFault(700023);
  }
  checkDates(claims, clock.seconds());
}

/** A token of an outside issuer, registered as a federated identity credential. Matching is case-sensitive. */
async function verifyFederatedToken(
  assertion: string,
  federation: FederatedCredential,
  clock: Clock,
): Promise<void> {
  const { claims } = decodeAssertion(assertion);
  if (claims.iss !== federation.issuer) {
    throw new EntraFault(700211, String(claims.iss));
  }
  if (![claims.aud].flat().includes(federation.audience)) {
    throw new EntraFault(700212, String(claims.aud));
  }
  if (claims.sub !== federation.subject) {
    throw new EntraFault(700213, String(claims.sub));
  }
  await verifySignature(assertion, federation.publicKey, ["RS256"], ["The key was not found.", "", ""]);
  checkDates(claims, clock.seconds());
}

async function verifySignature(
  assertion: string,
  publicKey: RegisteredCertificate["publicKey"],
  algorithms: string[],
  failure: readonly string[],
): Promise<void> {
  try {
    await jwtVerify(assertion, publicKey, { algorithms, ...ANY_DATE });
  } catch {
    throw new EntraFault(700027, ...failure);
  }
}

/** Entra ID allows five minutes between clocks. */
const CLOCK_SKEW_S = 300;

function checkDates({ nbf, exp }: JWTPayload, now: number): void {
  const inTime = (nbf ?? 0) - CLOCK_SKEW_S <= now && exp !== undefined && now < exp + CLOCK_SKEW_S;
  if (!inTime) {
    throw new EntraFault(700024, dateText(now), dateText(nbf), dateText(exp));
  }
}

function dateText(seconds: number | undefined): string {
  return seconds === undefined ? "" : new Date(seconds * 1000).toISOString();
}

function isTokenEndpoint(audience: JWTPayload["aud"], tenantId: string, cloud: Cloud): boolean {
  return cloud.loginHosts.some((host) => audience === `https://${host}/${tenantId}/oauth2/v2.0/token`);
}

function decodeAssertion(assertion: string) {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw new EntraFault(50027);
  }
}

function hex(thumbprint: string): string {
  return Buffer.from(thumbprint, "base64url").toString("hex").toUpperCase();
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
