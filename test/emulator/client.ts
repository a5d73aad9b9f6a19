/**
 * Clients of the emulator's own tests: a plain HTTPS client through the proxy that knows nothing of Azure, and the
 * Azure SDK in a process of its own.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:tls";
import { promisify } from "node:util";
import type { Emulator, Principal } from "./index.ts";

/** An answer as the raw client sees it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the body is empty. */
  readonly json: unknown;
}

/** What the raw client sends. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Server name in the TLS handshake, default the URL's host. */
  readonly servername?: string;
  /** Leaves before the answer. */
  readonly signal?: AbortSignal;
}

/** All that came over a connection, and how it ended. */
export interface RawConnection {
  readonly text: string;
  /** Such as `ECONNRESET`; undefined where it ended orderly. */
  readonly error?: string;
}

/** Sends one request through a CONNECT tunnel, the server's certificate verified. Rejects without a whole answer. */
export async function send(emulator: Emulator, url: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { text, error } = await transmit(emulator, url, options);
  if (error !== undefined || text === "") {
    throw new Error(error ?? "no answer");
  }
  return parseAnswer(text);
}

/** Sends one request and reads until the connection ends, however that is. Rejects if the proxy refuses. */
export async function transmit(
  emulator: Emulator,
  url: string,
  options: RawRequest = {},
): Promise<RawConnection> {
  const { host, hostname, pathname, search } = new URL(url);
  const { method = "GET", headers = {}, body = "" } = options;
  const socket = await openTunnel(emulator, hostname);
  const tls = connect({
    socket,
    servername: options.servername ?? hostname,
    ca: readFileSync(emulator.caFile, "utf8"),
  });
  const lines = Object.entries({ Host: host, "Content-Length": String(Buffer.byteLength(body)), ...headers });
  tls.write(
    `${method} ${pathname}${search} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}Connection: close\r\n\r\n${body}`,
  );
  const chunks: Buffer[] = [];
  const error = await new Promise<string | undefined>((resolve) => {
    tls.on("data", (chunk: Buffer) => chunks.push(chunk));
    tls.on("end", () => resolve(undefined)).on("close", () => resolve(undefined));
    tls.on("error", ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    options.signal?.addEventListener("abort", () => tls.destroy());
  });
  tls.destroy();
  return { text: Buffer.concat(chunks).toString("utf8"), ...(error !== undefined && { error }) };
}

/** A tunnel through the proxy to the host's port 443. Rejects if the proxy refuses. */
export async function openTunnel(emulator: Emulator, hostname: string): Promise<Socket> {
  const { hostname: host, port } = new URL(emulator.proxyUrl);
  const connecting = request({ host, port, method: "CONNECT", path: `${hostname}:443` });
  connecting.end();
  return await new Promise<Socket>((resolve, reject) => {
    connecting.on("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) {
        return resolve(socket as Socket);
      }
      socket.destroy();
      return reject(new Error(`the proxy answered ${statusCode}`));
    });
    connecting.on("error", reject);
  });
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const body = text.slice(end + 4);
  const status = Number(statusLine.split(" ")[1]);
  return { status, headers: Object.fromEntries(headers), json: body === "" ? undefined : JSON.parse(body) };
}

/** The form of a client credentials request with the principal's secret. */
export function secretForm(principal: Principal, changes: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({
    grant_type: "client_credentials",
    client_id: principal.appId,
    client_secret: principal.environment["AZURE_CLIENT_SECRET"] ?? "",
    scope: "https://vault.azure.net/.default",
    ...changes,
  }).toString();
}

/** Asks Entra ID for a token. */
export async function requestToken(
  emulator: Emulator,
  form: string,
  { host = "login.microsoftonline.com", tenant = emulator.tenantId } = {},
): Promise<RawAnswer> {
  return await send(emulator, `https://${host}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: form,
  });
}

/** The Authorization header of a principal with a client secret. Default resource: that of vaults. */
export async function authorize(
  emulator: Emulator,
  principal: Principal,
  resource = "https://vault.azure.net",
): Promise<Readonly<Record<string, string>>> {
  const { json } = await requestToken(emulator, secretForm(principal, { scope: `${resource}/.default` }));
  const { access_token } = json as { access_token: string };
  return { Authorization: `Bearer ${access_token}` };
}

/** Runs a TypeScript module that uses the Azure SDK as the principal; resolves to what it printed. */
export async function runSdk(
  emulator: Emulator,
  principal: Principal,
  source: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", source], {
    cwd: import.meta.dirname,
    env: { PATH, HOME, ...emulator.environment, ...principal.environment, ...extra },
  });
  return stdout.trim();
}
