/** Web sites outside Azure, such as that of a CA whose certificates name it: plain and by TLS. */
import { isKeyVaultHost } from "../clouds.ts";
import type { HostTable } from "../http/host-table.ts";
import { IMDS_HOST } from "../managed-identity/index.ts";
import type { Emulator } from "../types.ts";
import { createWebSites, type WebSites } from "./site.ts";

/** All web sites. */
export interface Web {
  readonly publish: Emulator["publish"];
  /** Those of plain http. */
  readonly plain: Pick<WebSites, "has" | "handler">;
}

/** RFC 2585, section 4.1: one certificate, DER. */
const CERTIFICATE_TYPE = "application/pkix-cert";

/** Clients are told to reach these without the proxy. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** No sites yet. Those by TLS come into the table of hosts. */
export function createWeb(hosts: HostTable): Web {
  const plain = createWebSites("http");
  const secure = createWebSites("https");
  const isOurs = (host: string) =>
    isKeyVaultHost(host) ||
    host === IMDS_HOST ||
    LOOPBACK.test(host) ||
    (hosts.has(host) && !secure.has(host));
  return {
    plain,
    publish(address, content, contentType = CERTIFICATE_TYPE) {
      const url = new URL(address);
      const { protocol, port, username, hostname } = url;
      if (!["http:", "https:"].includes(protocol) || port !== "" || username !== "" || isOurs(hostname)) {
        throw new RangeError(`not the address of a web site outside Azure, at its usual port: ${address}`);
      }
      if (protocol === "http:") {
        return plain.put(url, content, contentType);
      }
      if (!secure.has(hostname)) {
        hosts.add(hostname, secure.handler);
      }
      return secure.put(url, content, contentType);
    },
  };
}
