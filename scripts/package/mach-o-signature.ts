/**
 * Ad-hoc code signatures of Mach-O executables: hashes of the file's pages without anybody's name. macOS kills arm64 programs
 * that lack one, and programs of either architecture whose signature does not fit. The format is that of
 * `osfmk/kern/cs_blobs.h` in Apple's xnu; the signature has the parts that Apple's own linker writes. Bun signs arm64 likewise, and
 * leaves on x64 the signature of its own program, which fits no more: docs/decisions/0010-packages.md.
 */
import { createHash } from "node:crypto";

const MACH_O_64 = 0xfeedfacf;
const HEADER_SIZE = 32;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
/** One blob, the code directory, in slot 0. */
const SUPER_BLOB_SIZE = 20;
const CODE_DIRECTORY_SIZE = 88;
/** The first version with the fields of the executable segment. */
const CODE_DIRECTORY_VERSION = 0x20400;
/** `CS_ADHOC | CS_LINKER_SIGNED`: `codesign` may put a person's signature in its place without being forced. */
const FLAGS = 0x20002;
const EXECUTABLE_MAIN = 1n;
const SHA256 = { type: 2, size: 32 } as const;
const PAGE_SHIFT = 12;

/** Where in the file the parts stand that a signature depends on. */
interface Layout {
  /** The load command of the signature. */
  readonly command: number;
  /** Where the signature begins, and what is signed ends. */
  readonly signature: number;
  /** The load command of the segment `__LINKEDIT`, in which the signature lies. */
  readonly linkEdit: number;
  /** The segment of the code. */
  readonly text: { readonly offset: bigint; readonly size: bigint };
}

/**
 * The executable with an ad-hoc signature in place of the one that it has. `identifier` is what `codesign -d` shows as
 * Identifier. Throws if it is no 64-bit Mach-O file with a place for a signature at its end.
 */
export function signAdHoc(executable: Uint8Array, identifier: string): Uint8Array {
  const layout = readLayout(executable);
  const name = Buffer.from(`${identifier}\0`);
  const pages = Math.ceil(layout.signature / 2 ** PAGE_SHIFT);
  const length = CODE_DIRECTORY_SIZE + name.length + pages * SHA256.size;

  const signed = Buffer.alloc(layout.signature + SUPER_BLOB_SIZE + length);
  signed.set(executable.subarray(0, layout.signature));
  // The load commands are in the first page: they are hashed with the rest.
  writeSize(signed, layout, SUPER_BLOB_SIZE + length);

  const superBlob = signed.subarray(layout.signature);
  for (const [index, value] of [SUPER_BLOB, superBlob.length, 1, 0, SUPER_BLOB_SIZE].entries()) {
    superBlob.writeUInt32BE(value, index * 4);
  }
  writeCodeDirectory(superBlob.subarray(SUPER_BLOB_SIZE), layout, name, pages);
  const hashes = superBlob.subarray(SUPER_BLOB_SIZE + CODE_DIRECTORY_SIZE + name.length);
  for (let page = 0; page < pages; page += 1) {
    const end = Math.min((page + 1) << PAGE_SHIFT, layout.signature);
    const hash = createHash("sha256").update(signed.subarray(page << PAGE_SHIFT, end));
    hashes.set(hash.digest(), page * SHA256.size);
  }
  return signed;
}

function writeCodeDirectory(directory: Buffer, layout: Layout, name: Buffer, pages: number): void {
  const fields = [
    CODE_DIRECTORY,
    directory.length,
    CODE_DIRECTORY_VERSION,
    FLAGS,
    CODE_DIRECTORY_SIZE + name.length, // The hashes follow the identifier, which follows this header.
    CODE_DIRECTORY_SIZE,
    0, // No requirements, resources or entitlements: none of the special slots.
    pages,
    layout.signature,
  ];
  for (const [index, value] of fields.entries()) {
    directory.writeUInt32BE(value, index * 4);
  }
  directory.set([SHA256.size, SHA256.type, 0, PAGE_SHIFT], fields.length * 4);
  directory.writeBigUInt64BE(layout.text.offset, 64);
  directory.writeBigUInt64BE(layout.text.size, 72);
  directory.writeBigUInt64BE(EXECUTABLE_MAIN, 80);
  directory.set(name, CODE_DIRECTORY_SIZE);
}

/** The signature's size in its load command, and that of the segment that ends with it. */
function writeSize(file: Buffer, layout: Layout, size: number): void {
  file.writeUInt32LE(size, layout.command + 12);
  const inFile = BigInt(layout.signature + size) - file.readBigUInt64LE(layout.linkEdit + 40);
  const page = 1n << BigInt(PAGE_SHIFT);
  file.writeBigUInt64LE(((inFile + page - 1n) / page) * page, layout.linkEdit + 32);
  file.writeBigUInt64LE(inFile, layout.linkEdit + 48);
}

function readLayout(executable: Uint8Array): Layout {
  const file = Buffer.from(executable.buffer, executable.byteOffset, executable.byteLength);
  if (file.length < HEADER_SIZE || file.readUInt32LE(0) !== MACH_O_64) {
    throw new Error("not a 64-bit Mach-O file");
  }
  const segments = new Map<string, number>();
  let command: number | undefined;
  let place = HEADER_SIZE;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const kind = file.readUInt32LE(place);
    if (kind === LC_SEGMENT_64) {
      segments.set(file.toString("latin1", place + 8, place + 24).replace(/\0+$/, ""), place);
    } else if (kind === LC_CODE_SIGNATURE) {
      command = place;
    }
    place += file.readUInt32LE(place + 4);
  }
  const text = segments.get("__TEXT");
  const linkEdit = segments.get("__LINKEDIT");
  if (text === undefined || linkEdit === undefined || command === undefined) {
    throw new Error("the Mach-O file has no place for a signature");
  }
  return {
    command,
    signature: file.readUInt32LE(command + 8),
    linkEdit,
    text: { offset: file.readBigUInt64LE(text + 40), size: file.readBigUInt64LE(text + 48) },
  };
}
