/** Registering an application with one credential, and what its user would put into the environment. */
import { createPublicKey, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SignJWT } from "jose";
import { createSelfSigned, generatePrivateKey, privateKeyToPem, toPem } from "../../pki/index.ts";
import type { Principal, ServicePrincipalCredential } from "../types.ts";
import {
  type Directory,
  type Identity,
  newClientSecret,
  newPrincipalIds,
  type Registration,
  registerCertificate,
} from "./directory.ts";

const DAY_S = 86_400;

/** A credential's two sides: what Entra ID keeps of it, and how the client is told of it. */
interface Enrolment {
  readonly registration: Registration;
  readonly environment: Readonly<Record<string, string>>;
}

type Enrol = (appId: string, folder: string) => Promise<Enrolment>;

const ENROL: Readonly<Record<ServicePrincipalCredential, Enrol>> = {
  "client-secret": enrolSecret,
  "client-certificate": enrolCertificate,
  "federated-token": enrolFederatedToken,
};

/** Makes a service principal; files that it needs are written to `folder`. */
export async function createServicePrincipal(
  credential: ServicePrincipalCredential,
  directory: Directory,
  folder: string,
): Promise<Principal> {
  const ids = newPrincipalIds();
  const { registration, environment } = await ENROL[credential](ids.appId, folder);
  const principal = {
    ...ids,
    environment: { AZURE_TENANT_ID: directory.tenantId, AZURE_CLIENT_ID: ids.appId, ...environment },
  };
  const identity: Identity = { principal, registration };
  directory.add(identity);
  return principal;
}

function enrolSecret(): Promise<Enrolment> {
  const secret = newClientSecret();
  return Promise.resolve({
    registration: { kind: "client-secret", secret },
    environment: { AZURE_CLIENT_SECRET: secret },
  });
}

async function enrolCertificate(appId: string, folder: string): Promise<Enrolment> {
  // Since yesterday: where Entra ID's clock is hours behind, the assertion is what is wrong, not the certificate.
  const day = DAY_S * 1000;
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day) };
  const { certificate, privateKey } = await createSelfSigned({
    subject: `CN=${appId}`,
    keySpec: "RSA-2048",
    ...validity,
  });
  const file = join(folder, `${appId}.pem`);
  await writeFile(file, privateKeyToPem(privateKey) + toPem(certificate), { mode: 0o600 });
  return {
    registration: {
      kind: "client-certificate",
      certificate: registerCertificate(certificate, privateKey, validity),
    },
    environment: { AZURE_CLIENT_CERTIFICATE_PATH: file },
  };
}

/** A token as Kubernetes projects it into a pod: https://azure.github.io/azure-workload-identity */
async function enrolFederatedToken(appId: string, folder: string): Promise<Enrolment> {
  const federation = {
    issuer: `https://oidc.emulator.example/${randomUUID()}/`,
    subject: "system:serviceaccount:default:signer",
    audience: "api://AzureADTokenExchange",
  };
  const privateKey = await generatePrivateKey("RSA-2048");
  const now = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "RS256", kid: randomUUID() })
    .setIssuer(federation.issuer)
    .setSubject(federation.subject)
    .setAudience(federation.audience)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + DAY_S)
    .sign(privateKey);
  const file = join(folder, `${appId}.jwt`);
  await writeFile(file, token, { mode: 0o600 });
  return {
    registration: {
      kind: "federated-token",
      federation: { ...federation, publicKey: createPublicKey(privateKey) },
    },
    environment: { AZURE_FEDERATED_TOKEN_FILE: file },
  };
}
