/** The real registry, CNCF Distribution, on this machine and with TLS. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TlsCertificateFiles } from "../emulator/types.ts";
import { provideTool } from "../tools/index.ts";
import { machineEnvironment } from "./command.ts";

export interface Registry {
  /** Host and port. An IP address: Notation and ORAS speak plain HTTP with any `localhost`. */
  readonly address: string;
  /** What the registry has logged. */
  log(): string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/** Starts a registry that keeps its content in `folder`, on a port that the system chooses. */
export async function startRegistry(folder: string, tls: TlsCertificateFiles): Promise<Registry> {
  const configuration = join(folder, "registry.json");
  await writeFile(configuration, JSON.stringify(registryConfiguration(folder, tls)));
  const child = Bun.spawn([await provideTool("registry"), "serve", configuration], {
    // Distribution 3 sends traces to an OpenTelemetry collector unless told otherwise.
    env: { ...machineEnvironment(), HOME: folder, OTEL_TRACES_EXPORTER: "none" },
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let log = "";
  const listening = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      log += decoder.decode(chunk, { stream: true });
      const address = log.match(/listening on (127\.0\.0\.1:\d+), tls/)?.[1];
      if (address) {
        listening.resolve(address);
      }
    }
  };
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  const timer = setTimeout(() => listening.reject(new Error("timeout")), START_LIMIT_MS);
  const stop = async () => {
    child.kill();
    await output;
    await child.exited;
  };
  output.then(() => listening.reject(new Error("the registry ended")), listening.reject);
  try {
    // The message comes when the port is open: requests are accepted from here on.
    return { address: await listening.promise, log: () => log, stop };
  } catch (error) {
    await stop();
    throw new Error(`The registry did not start:\n${log}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** JSON is YAML, which the registry reads. */
function registryConfiguration(folder: string, tls: TlsCertificateFiles): object {
  return {
    version: 0.1,
    log: { level: "info", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "storage") }, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0", tls: { certificate: tls.certificateFile, key: tls.privateKeyFile } },
  };
}
