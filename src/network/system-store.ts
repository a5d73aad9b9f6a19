import tls from "node:tls";

/**
 * Trusts the operating system's certificate store beside the runtime's own list of authorities, where organizations put
 * the CA of the proxy that inspects their TLS. The executable is built to do so (`--use-system-ca`); Node.js must be told,
 * and can be from 22.19 on.
 */
export function trustSystemStore(): void {
  if (process.versions["bun"] === undefined && "setDefaultCACertificates" in tls) {
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...tls.getCACertificates("system")]);
  }
}
