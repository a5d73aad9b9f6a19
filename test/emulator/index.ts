/** Starts the emulator: Azure's servers under their real names, on this machine. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createArmService } from "./arm/index.ts";
import { createRoleAssignments, type RoleAssignments } from "./authorization/role-assignments.ts";
import { roleOfName } from "./authorization/roles.ts";
import { createClock } from "./clock.ts";
import { CLOUDS, isKeyVaultHost } from "./clouds.ts";
import { createTokenIssuer } from "./entra/access-token.ts";
import { createDirectory } from "./entra/directory.ts";
import { createEntraService } from "./entra/index.ts";
import { createServicePrincipal } from "./entra/service-principal.ts";
import { createSessions } from "./entra/sessions.ts";
import { createUser } from "./entra/user.ts";
import { createFaultTable } from "./faults/fault-table.ts";
import { createGraphService } from "./graph/index.ts";
import { hostName, type ServiceHandler } from "./http/exchange.ts";
import { createHostTable, type HostTable } from "./http/host-table.ts";
import { createJournal } from "./http/journal.ts";
import { type Listening, listen } from "./http/listen.ts";
import { createServiceServer } from "./http/server.ts";
import { createManagedHsm, type ManagedHsmResource } from "./managed-hsm/index.ts";
import { createMachine, IMDS_HOST } from "./managed-identity/index.ts";
import { urlWithCredentials } from "./proxy/credentials.ts";
import { createLatency } from "./proxy/latency.ts";
import { createProxy, type Destination } from "./proxy/proxy.ts";
import { createTlsAuthority, type TlsAuthority } from "./tls/authority.ts";
import { createTlsServer } from "./tls/server.ts";
import type { Emulator, EmulatorOptions, Subscription, TlsCertificateFiles, Tunnel } from "./types.ts";
import { createVault, type VaultResource } from "./vault/index.ts";
import { createWeb } from "./web-site/index.ts";

export { entraErrorBody } from "./entra/injected-error.ts";
export type * from "./types.ts";

/**
 * Starts everything on loopback. Nothing is shared between two emulators: each has its own authority, tenant and
 * keys. Call `close` when done, or files and sockets remain.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), "azure-emulator-"));
  const directory = createDirectory((options.tenantId ?? randomUUID()).toLowerCase());
  const clock = createClock();
  const issuer = createTokenIssuer(clock);
  const faults = createFaultTable();
  const journal = createJournal();
  const latency = createLatency();
  const tunnels: Tunnel[] = [];
  const hosts = createHostTable();
  const sessions = createSessions(clock);
  const entra = createEntraService({ directory, issuer, sessions, clock });
  const assignments = createRoleAssignments(clock);
  const subscription = createSubscription(assignments);
  const vaults: VaultResource[] = [];
  const hsms: ManagedHsmResource[] = [];
  const { id: subscriptionId, resourceGroup } = subscription;
  const resourceGroupId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const shared = { directory, issuer, clock };
  const arm = createArmService({ ...shared, assignments, subscriptionId, resourceGroup, vaults, hsms });
  const graph = createGraphService(shared);
  for (const { loginHosts, armHost, graphHost } of CLOUDS) {
    for (const host of loginHosts) {
      hosts.add(host, entra);
    }
    hosts.add(armHost, arm);
    hosts.add(graphHost, graph);
  }
  const authority = await createTlsAuthority();
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, authority.certificate);

  const web = createWeb(hosts);
  const machine = createMachine(() => plain.origin, shared);
  const plainHandler: ServiceHandler = (request) =>
    (web.plain.has(hostName(request.host)) ? web.plain : machine).handler(request);
  const plain: Listening = await listen(
    createServiceServer({ handler: plainHandler, journal, faults, clock }),
    0,
  );
  const http = createServiceServer({ handler: hosts.handler, journal, faults, clock });
  const tls = await listen(await createTlsServer({ authority, isServed: hosts.has, http }), 0);
  const proxyServer: Server = createProxy({
    destinationOf: (host, port) => destinationOf(host, port, hosts),
    tlsPort: tls.port,
    plainPort: plain.port,
    isPlainHost: (host) => host === IMDS_HOST || host === new URL(plain.origin).host || web.plain.has(host),
    credentials: options.proxyCredentials,
    tunnelIdleMs: options.tunnelIdleMs,
    journal,
    faults,
    latency,
    tunnels,
  });
  const proxy = await listen(proxyServer, options.proxyPort ?? 0);

  return {
    tenantId: directory.tenantId,
    subscription,
    proxyUrl: proxy.origin,
    caFile,
    environment: clientEnvironment(urlWithCredentials(proxy.origin, options.proxyCredentials), caFile),
    log: journal.entries,
    tunnels,
    createVault(name, vaultOptions = {}) {
      const surroundings = { ...shared, assignments, resourceGroupId };
      const { vault, resource, host, handler } = createVault(name, vaultOptions, surroundings);
      hosts.add(host, handler);
      vaults.push(resource);
      return vault;
    },
    createManagedHsm(name, hsmOptions = {}) {
      const { hsm, resource, host, handler } = createManagedHsm(name, hsmOptions, {
        ...shared,
        resourceGroupId,
      });
      hosts.add(host, handler);
      hsms.push(resource);
      return hsm;
    },
    publish: web.publish,
    createServicePrincipal: async (credential) => await createServicePrincipal(credential, directory, folder),
    createUser: (userOptions) => createUser(userOptions, directory),
    approveDeviceCode: sessions.approve,
    approveDeviceCodesAs(user) {
      sessions.approver = user;
    },
    endSessions: sessions.end,
    disable: directory.disable,
    createManagedIdentity: (kind, host = "virtual-machine") => machine.addIdentity(kind, host),
    issueTlsCertificate: async (names) => await writeTlsCertificate(names, authority, folder),
    beforeAnswer: (hook) => journal.addHook(hook),
    addFault: faults.add,
    setClockOffset: clock.setOffset,
    setLatency: latency.set,
    async close() {
      await Promise.all([proxy.close(), tls.close(), plain.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A subscription that nobody holds a role for yet. */
function createSubscription(assignments: RoleAssignments): Subscription {
  const id = randomUUID();
  return {
    id,
    resourceGroup: "emulator",
    assignRole({ objectId, kind }, role) {
      const principalType = kind === "user" ? "User" : "ServicePrincipal";
      const scope = `/subscriptions/${id}`;
      assignments.add({ scope, role: roleOfName(role), principalId: objectId, principalType });
    },
  };
}

/** As the names resolve: a vault or HSM that was never made has no address; of other hosts, those that are published. */
function destinationOf(host: string, port: number, hosts: HostTable): Destination {
  if (port !== 443) {
    return "forbidden";
  }
  if (hosts.has(host)) {
    return "emulator";
  }
  return isKeyVaultHost(host) ? "unresolvable" : "forbidden";
}

/** Variables of the SDKs and of Go, Python and curl; loopback stays out of the proxy as it would in Azure. */
function clientEnvironment(proxyUrl: string, caFile: string): Readonly<Record<string, string>> {
  return {
    HTTPS_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CURL_CA_BUNDLE: caFile,
  };
}

async function writeTlsCertificate(
  names: readonly string[],
  authority: TlsAuthority,
  folder: string,
): Promise<TlsCertificateFiles> {
  const { certificate, privateKey } = await authority.issue(names);
  const base = join(folder, `tls-${randomUUID()}`);
  const files = { certificateFile: `${base}.pem`, privateKeyFile: `${base}.key` };
  await writeFile(files.certificateFile, certificate);
  await writeFile(files.privateKeyFile, privateKey, { mode: 0o600 });
  return files;
}
