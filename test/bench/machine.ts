/** What the figures were measured on. */
import { cpus, release, totalmem, type } from "node:os";

const GIB = 1024 ** 3;

/** One sentence without anything that tells whose machine it is. */
export function describeMachine(notationVersion: string): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() || "unknown model";
  const memory = Math.round(totalmem() / GIB);
  return (
    `Measured on ${processors.length} cores (${model}, ${process.arch}) with ${memory} GiB of memory, ` +
    `${type()} ${release()}. Runtime: Bun ${Bun.version}. Notation CLI ${notationVersion}.`
  );
}
