/** Checks a Mach-O code signature as macOS does when it loads a page: by the code directory's hashes. */
import { createHash } from "node:crypto";

export interface CodeDirectory {
  readonly identifier: string;
  readonly adHoc: boolean;
  /** The bytes that are signed: from the file's beginning. */
  readonly codeLimit: number;
  readonly pages: number;
  /** The pages whose hash is another. */
  readonly wrongPages: readonly number[];
}

const EMBEDDED_SIGNATURE = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const CS_ADHOC = 0x2;
const HASH_SIZE = 32;

/** The code directory of the signature at `offset`. Throws if there is none with SHA-256 in slot 0. */
export function checkCodeDirectory(file: Buffer, offset: number): CodeDirectory {
  const blob = file.subarray(offset);
  if (blob.readUInt32BE(0) !== EMBEDDED_SIGNATURE || blob.readUInt32BE(12) !== 0) {
    throw new Error("no embedded signature with a code directory");
  }
  const directory = blob.subarray(blob.readUInt32BE(16));
  if (directory.readUInt32BE(0) !== CODE_DIRECTORY || directory[36] !== HASH_SIZE || directory[37] !== 2) {
    throw new Error("no code directory with SHA-256");
  }
  const hashes = directory.subarray(directory.readUInt32BE(16));
  const name = directory.subarray(directory.readUInt32BE(20));
  const pages = directory.readUInt32BE(28);
  const codeLimit = directory.readUInt32BE(32);
  const pageSize = 2 ** (directory[39] ?? 0);
  const wrongPages = Array.from({ length: pages }, (_, page) => page).filter((page) => {
    const content = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, codeLimit));
    const hash = createHash("sha256").update(content).digest();
    return !hash.equals(hashes.subarray(page * HASH_SIZE, (page + 1) * HASH_SIZE));
  });
  return {
    identifier: name.toString("utf8", 0, name.indexOf(0)),
    adHoc: (directory.readUInt32BE(12) & CS_ADHOC) !== 0,
    codeLimit,
    pages,
    wrongPages,
  };
}
