import { type Certificate, fingerprintOf } from "../certificate/certificate.ts";
import { certificateToPem } from "../certificate/pem.ts";
import { type TrustedIdentity, trustedIdentityOf } from "./trusted-identity.ts";

/** What whoever verifies signatures needs to trust. */
export interface VerifierTrust extends TrustedIdentity {
  /** Type and name, as a trust policy says them: `ca:myvault`. */
  readonly trustStore: string;
  /** PEM. */
  readonly rootCertificate: string;
  /** Hexadecimal in upper case. */
  readonly rootSha256: string;
  /** The whole of trustpolicy.json. */
  readonly trustPolicy: TrustPolicy;
}

/** Trust store and trust policy specification, version 1.0 of OCI artifacts' policies. */
export interface TrustPolicy {
  readonly version: "1.0";
  readonly trustPolicies: readonly {
    readonly name: string;
    readonly registryScopes: readonly string[];
    readonly signatureVerification: { readonly level: "strict" };
    readonly trustStores: readonly string[];
    readonly trustedIdentities: readonly string[];
  }[];
}

/**
 * What verifies the signatures of a leaf, and no others where that can be said: its root in a trust store, and its subject.
 * @param name for the trust store and the policy: letters, digits and hyphens
 */
export function trustFor(leaf: Certificate, root: Certificate, name: string): VerifierTrust {
  const trusted = trustedIdentityOf(leaf);
  const trustStore = `ca:${name}`;
  return {
    ...trusted,
    trustStore,
    rootCertificate: certificateToPem(root.der),
    rootSha256: fingerprintOf(root),
    trustPolicy: {
      version: "1.0",
      trustPolicies: [
        {
          name: `signed-by-${name}`,
          registryScopes: ["*"],
          signatureVerification: { level: "strict" },
          trustStores: [trustStore],
          trustedIdentities: [trusted.identity],
        },
      ],
    },
  };
}
