/**
 * The emulator in a process of its own, started by `azure.ts`: in the process that measures it would take the time that it
 * needs from what is measured. Its tenant is always the same, so that two documents differ in figures alone.
 */
import { type Emulator, type LogEntry, startEmulator } from "../emulator/index.ts";
import { createCertificateAuthority, issueLeaf, type KeySpec, toPem } from "../pki/index.ts";
import type { AzureCommand, AzureFacts, AzureMessage, Observation, SeenRequest } from "./azure-messages.ts";

const TENANT_ID = "11111111-1111-4111-8111-111111111111";
const SUBJECT = "C=US, ST=WA, L=Redmond, O=Example";
const KEY_SPEC: KeySpec = "RSA-3072";

const emulator = await startEmulator({ tenantId: TENANT_ID });
let requestsBefore = 0;
let tunnelsBefore = 0;

process.on("message", (command: AzureCommand) => {
  send({ kind: "observation", observation: observe(emulator) });
  if (command.kind === "begin") {
    requestsBefore = emulator.log.length;
    tunnelsBefore = emulator.tunnels.length;
    emulator.setLatency(command.roundTripMs);
  }
});
// However the bench ended.
process.on("disconnect", () => void emulator.close().then(() => process.exit(0)));
send({ kind: "facts", facts: await furnish(emulator) });

function send(message: AzureMessage): void {
  process.send?.(message);
}

/** A certificate by root and intermediate in a vault, and a principal with the guide's permissions. */
async function furnish(azure: Emulator): Promise<AzureFacts> {
  const { createVault, createServicePrincipal, environment, issueTlsCertificate } = azure;
  const vault = createVault("myvault");
  const principal = await createServicePrincipal("client-secret");
  vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  const root = await createCertificateAuthority({ subject: `${SUBJECT}, CN=Root`, keySpec: KEY_SPEC });
  const intermediate = await createCertificateAuthority({
    subject: `${SUBJECT}, CN=Issuing`,
    keySpec: KEY_SPEC,
    issuer: root,
  });
  const { privateKey, chain } = await issueLeaf({
    subject: `${SUBJECT}, CN=signer`,
    keySpec: KEY_SPEC,
    issuer: intermediate,
  });
  const { keyId } = vault.importCertificate({ name: "signer", privateKey, certificates: chain });
  return {
    environment: { ...environment, ...principal.environment },
    keyId,
    keySpec: KEY_SPEC,
    chain: chain.map((certificate) => toPem(certificate)).join(""),
    tls: await issueTlsCertificate(["localhost", "127.0.0.1"]),
  };
}

function observe({ log, tunnels }: Emulator): Observation {
  return {
    requests: log.slice(requestsBefore).map(requestOf),
    tunnels: tunnels
      .slice(tunnelsBefore)
      .map(({ host, openedAt }) => ({ host, openedAt: since1970(openedAt) })),
  };
}

function requestOf({ span, connection, method, host, path, status }: LogEntry): SeenRequest {
  const [pathname = ""] = path.split("?");
  const [start, end] = [since1970(span.start), since1970(span.end)];
  return { start, end, connection, method, host, path: pathname, status };
}

/** The other process has a clock of its own; both begin at a known time. */
function since1970(milliseconds: number): number {
  return performance.timeOrigin + milliseconds;
}
