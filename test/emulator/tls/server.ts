/** TLS in front of the emulated hosts: by server name indication each gets a certificate for its own name. */
import type { Server as HttpServer } from "node:http";
import { createSecureContext, createServer, type SecureContext, type Server } from "node:tls";
import type { TlsAuthority } from "./authority.ts";

/** What the TLS server works with. */
export interface TlsServerOptions {
  readonly authority: TlsAuthority;
  /** Whether the emulator answers for this host. */
  readonly isServed: (host: string) => boolean;
  /** Takes the decrypted connections. */
  readonly http: HttpServer;
}

/**
 * A TLS server that makes a host's certificate when the first client names it. A host that is none of the
 * emulator's gets no handshake; a client that names none gets a certificate for no host.
 *
 * `https.createServer` would do, but in Bun 1.4 it ignores `SNICallback`; `tls.createServer` does not.
 */
export async function createTlsServer({ authority, isServed, http }: TlsServerOptions): Promise<Server> {
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = (host: string): Promise<SecureContext> => {
    const context = contexts.get(host) ?? createContext(authority, host);
    contexts.set(host, context);
    return context;
  };
  const nameless = await authority.issue(["nameless.invalid"]);
  return createServer(
    {
      cert: nameless.certificate,
      key: nameless.privateKey,
      ALPNProtocols: ["http/1.1"],
      SNICallback: (name, done) => {
        const host = name.toLowerCase();
        if (!isServed(host)) {
          return done(new Error(`no certificate for ${name}`));
        }
        return void contextOf(host).then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
    },
    (socket) => {
      http.emit("connection", socket);
    },
  );
}

async function createContext(authority: TlsAuthority, host: string): Promise<SecureContext> {
  const { certificate, privateKey } = await authority.issue([host]);
  return createSecureContext({ cert: certificate, key: privateKey });
}
