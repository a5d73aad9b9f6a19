/** What the tests of the executable share: an emulator, a vault with the guide's permissions, a CA. */
import {
  type Emulator,
  type EmulatorOptions,
  type Principal,
  startEmulator,
  type Vault,
} from "../emulator/index.ts";
import { type CertificateAuthority, createCertificateAuthority } from "../pki/index.ts";

export interface Setup {
  readonly emulator: Emulator;
  readonly vault: Vault;
  /** A service principal with exactly keys sign, secrets get, certificates get. */
  readonly principal: Principal;
  /** The environment of a plugin that is this principal. */
  readonly env: Readonly<Record<string, string>>;
  readonly root: CertificateAuthority;
  readonly intermediate: CertificateAuthority;
}

/** Starts an emulator; whoever calls it closes it. */
export async function createSetup(options?: EmulatorOptions): Promise<Setup> {
  const [emulator, root] = await Promise.all([
    startEmulator(options),
    createCertificateAuthority({ subject: "C=US, O=Example, CN=Example Root" }),
  ]);
  const intermediate = await createCertificateAuthority({
    subject: "C=US, O=Example, CN=Example Issuing",
    issuer: root,
  });
  const vault = emulator.createVault("myvault");
  const principal = await emulator.createServicePrincipal("client-secret");
  vault.setAccessPolicy(principal, { keys: ["sign"], secrets: ["get"], certificates: ["get"] });
  return {
    emulator,
    vault,
    principal,
    env: { ...emulator.environment, ...principal.environment },
    root,
    intermediate,
  };
}
