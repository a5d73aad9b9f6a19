/** What the proxy asks for before it leads anywhere: RFC 9110, section 11.7, by the Basic scheme of RFC 7617. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { ProxyCredentials } from "../types.ts";

/** The challenge that comes with every 407. */
export const PROXY_CHALLENGE = { "Proxy-Authenticate": 'Basic realm="Azure emulator proxy"' } as const;

/** Whether the request may pass: always, where the proxy asks for nothing. */
export function isAuthorized(headers: IncomingHttpHeaders, credentials?: ProxyCredentials): boolean {
  if (credentials === undefined) {
    return true;
  }
  const sent = /^Basic +(?<pair>\S+)$/i.exec(headers["proxy-authorization"] ?? "")?.groups?.["pair"];
  const given = Buffer.from(sent ?? "", "base64");
  const wanted = Buffer.from(`${credentials.user}:${credentials.password}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The proxy's URL as clients take their credentials from it: `http://user:password@127.0.0.1:40001`. */
export function urlWithCredentials(origin: string, credentials?: ProxyCredentials): string {
  if (credentials === undefined) {
    return origin;
  }
  const { user, password } = credentials;
  return origin.replace("://", `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
}
