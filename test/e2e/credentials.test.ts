/** Every way in which a program proves to Azure who it is: each signs, as the principal that it is meant to be. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Emulator, Principal } from "../emulator/types.ts";
import { type CertificateAuthority, createCertificateAuthority, issueLeaf } from "../pki/index.ts";
import { SIGNER_SUBJECT, trustOf } from "./hierarchy.ts";
import { expectVerified, signNewImage } from "./signing.ts";
import { CASE_LIMIT_MS, openStage, STAGE_LIMIT_MS, type Stage } from "./stage.ts";

let stage: Stage;
let root: CertificateAuthority;

beforeAll(async () => {
  [stage, root] = await Promise.all([
    openStage(),
    createCertificateAuthority({ subject: "C=US, O=Example, CN=Example Root", pathLength: 0 }),
  ]);
}, STAGE_LIMIT_MS);

afterAll(() => stage?.close());

interface CredentialCase {
  readonly title: string;
  readonly create: (emulator: Emulator) => Principal | Promise<Principal>;
  /** What the person adds by `--plugin-config`. */
  readonly pluginConfig: (principal: Principal) => Readonly<Record<string, string>>;
}

const clientSecret = (emulator: Emulator) => emulator.createServicePrincipal("client-secret");
const clientCertificate = (emulator: Emulator) => emulator.createServicePrincipal("client-certificate");
const workloadIdentity = (emulator: Emulator) => emulator.createServicePrincipal("federated-token");
const systemAssigned = (emulator: Emulator) => emulator.createManagedIdentity("system-assigned");
const userAssigned = (emulator: Emulator) => emulator.createManagedIdentity("user-assigned");

const userAssignedOfAppService = (emulator: Emulator) =>
  emulator.createManagedIdentity("user-assigned", "app-service");

const explicit = (credentialType: string) => () => ({ credential_type: credentialType });
const byChain = () => ({});
const byClientId = ({ appId }: Principal) => ({ credential_type: "managedid", client_id: appId });

const CASES: readonly CredentialCase[] = [
  {
    title: "client secret, credential_type=environment",
    create: clientSecret,
    pluginConfig: explicit("environment"),
  },
  { title: "client secret, default chain", create: clientSecret, pluginConfig: byChain },
  {
    title: "client certificate, credential_type=environment",
    create: clientCertificate,
    pluginConfig: explicit("environment"),
  },
  {
    title: "workload identity, credential_type=workloadid",
    create: workloadIdentity,
    pluginConfig: explicit("workloadid"),
  },
  { title: "workload identity, default chain", create: workloadIdentity, pluginConfig: byChain },
  {
    title: "system-assigned managed identity, credential_type=managedid",
    create: systemAssigned,
    pluginConfig: explicit("managedid"),
  },
  {
    title: "user-assigned managed identity, credential_type=managedid and client_id",
    create: userAssigned,
    pluginConfig: byClientId,
  },
  {
    title: "user-assigned managed identity of App Service, credential_type=managedid and client_id",
    create: userAssignedOfAppService,
    pluginConfig: byClientId,
  },
];

test.each([...CASES])(
  "signs: $title",
  async ({ title, create, pluginConfig }) => {
    const { emulator } = stage;
    const principal = await create(emulator);
    const vault = emulator.createVault(`credential-${CASES.findIndex((other) => other.title === title)}`);
    vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
    const issued = await issueLeaf({ subject: SIGNER_SUBJECT, issuer: root });
    const { privateKey, chain: certificates } = issued;
    const { keyId } = vault.importCertificate({ name: "signer", privateKey, certificates });
    const request = { principal, id: keyId, pluginConfig: pluginConfig(principal) };
    const image = await signNewImage(stage, request);
    await expectVerified(stage, image, trustOf(issued));

    const calls = emulator.log.filter(({ host }) => host === new URL(vault.url).host);
    const authorized = calls.filter(({ status }) => status === 200);
    expect(authorized.map((call) => call.permission)).toContain("keys/sign");
    expect(new Set(authorized.map((call) => call.principal?.appId))).toEqual(new Set([principal.appId]));
  },
  CASE_LIMIT_MS,
);
