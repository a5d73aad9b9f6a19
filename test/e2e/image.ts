/** Container images for the tests, pushed with ORAS: each has content, and so a digest, of its own. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { provideTool } from "../tools/index.ts";
import { type CommandOptions, mustRun } from "./command.ts";

const REPOSITORY = "net-monitor";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";

/** Runs ORAS against the test registry. */
export async function oras(args: readonly string[], options: CommandOptions): Promise<string> {
  const result = await mustRun(await provideTool("oras"), args, options);
  return result.stdout;
}

/** Pushes an image with one layer (OCI image specification 1.1). Returns its reference by digest. */
export async function pushImage(address: string, options: CommandOptions): Promise<string> {
  const name = crypto.randomUUID();
  const folder = join(options.folder, name);
  await mkdir(folder);
  const layer = await new Bun.Archive({ "etc/image-name": name }).bytes();
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["cat", "/etc/image-name"] },
    // diff_ids are the digests of the layers before compression.
    rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(layer).digest("hex")}`] },
  };
  await Promise.all([
    writeFile(join(folder, "config.json"), JSON.stringify(config)),
    writeFile(join(folder, "layer.tar.gz"), Bun.gzipSync(layer)),
  ]);
  const target = `${address}/${REPOSITORY}:${name}`;
  const args = ["push", "--format", "json", "--config", `config.json:${CONFIG_TYPE}`, target];
  const answer: unknown = JSON.parse(
    await oras([...args, `layer.tar.gz:${LAYER_TYPE}`], { ...options, folder }),
  );
  if (answer instanceof Object && "reference" in answer && typeof answer.reference === "string") {
    return answer.reference;
  }
  throw new Error(`oras push printed no reference: ${JSON.stringify(answer)}`);
}
