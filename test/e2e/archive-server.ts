/** The web server that the plugin's archive is downloaded from. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { TlsCertificateFiles } from "../emulator/types.ts";

export interface ArchiveServer {
  /** `https://127.0.0.1:…/notation-azure-kv_….tar.gz` */
  readonly url: string;
  /** SHA-256 of the archive, lower case hexadecimal. */
  readonly sha256: string;
  close(): Promise<void>;
}

/** Serves one file by https on loopback, and nothing else. */
export async function serveArchive(file: string, tls: TlsCertificateFiles): Promise<ArchiveServer> {
  const [archive, cert, key] = await Promise.all([
    readFile(file),
    readFile(tls.certificateFile, "utf8"),
    readFile(tls.privateKeyFile, "utf8"),
  ]);
  const path = `/${basename(file)}`;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert, key },
    fetch: ({ url }) =>
      new URL(url).pathname === path ? new Response(archive) : new Response("not found", { status: 404 }),
  });
  return {
    url: `https://127.0.0.1:${server.port}${path}`,
    sha256: createHash("sha256").update(archive).digest("hex"),
    close: () => server.stop(true),
  };
}
