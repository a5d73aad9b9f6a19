/** What the headers of executables say: ELF, Mach-O, PE. Only what decides where a program starts. */

export interface Elf {
  readonly machine: "x86-64" | "AArch64" | number;
  /** The program that loads it: that of glibc or of musl. */
  readonly interpreter: string | undefined;
}

const ELF_MACHINES: Readonly<Record<number, "x86-64" | "AArch64">> = { 62: "x86-64", 183: "AArch64" };
const PT_INTERP = 3;

/** Reads a 64-bit little-endian ELF executable. Throws if it is none. */
export function readElf(file: Buffer): Elf {
  expectBytes(file, 0, "7f454c460201");
  const machine = file.readUInt16LE(18);
  const table = Number(file.readBigUInt64LE(32));
  const [entrySize, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  const entries = Array.from({ length: count }, (_, index) => table + index * entrySize);
  const interpreter = entries.find((entry) => file.readUInt32LE(entry) === PT_INTERP);
  return {
    machine: ELF_MACHINES[machine] ?? machine,
    interpreter: interpreter === undefined ? undefined : readSegment(file, interpreter),
  };
}

function readSegment(file: Buffer, entry: number): string {
  const offset = Number(file.readBigUInt64LE(entry + 8));
  const size = Number(file.readBigUInt64LE(entry + 32));
  return file.toString("latin1", offset, offset + size - 1); // Less the zero at its end.
}

export interface Pe {
  readonly machine: "AMD64" | number;
  readonly subsystem: "console" | number;
  /** The size of an Authenticode signature; 0 where there is none. */
  readonly signature: number;
}

/** Reads a 64-bit PE executable. Throws if it is none. */
export function readPe(file: Buffer): Pe {
  expectBytes(file, 0, "4d5a");
  const header = file.readUInt32LE(0x3c);
  expectBytes(file, header, "50450000");
  const optional = header + 24;
  expectBytes(file, optional, "0b02");
  const [machine, subsystem] = [file.readUInt16LE(header + 4), file.readUInt16LE(optional + 68)];
  return {
    machine: machine === 0x8664 ? "AMD64" : machine,
    subsystem: subsystem === 3 ? "console" : subsystem,
    signature: file.readUInt32LE(optional + 112 + 4 * 8 + 4),
  };
}

export interface MachO {
  readonly machine: "x86_64" | "arm64" | number;
  /** Where the code signature stands in the file. */
  readonly signature: { readonly offset: number; readonly size: number } | undefined;
  /** Where the last segment ends: nothing may come behind. */
  readonly end: number;
}

const MACH_O_MACHINES: Readonly<Record<number, "x86_64" | "arm64">> = {
  16777223: "x86_64",
  16777228: "arm64",
};
const MH_EXECUTE = 2;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

/** Reads a 64-bit Mach-O executable of one architecture. Throws if it is none. */
export function readMachO(file: Buffer): MachO {
  expectBytes(file, 0, "cffaedfe");
  const machine = file.readUInt32LE(4);
  if (file.readUInt32LE(12) !== MH_EXECUTE) {
    throw new Error("not an executable");
  }
  let signature: MachO["signature"];
  let end = 0;
  let place = 32;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const kind = file.readUInt32LE(place);
    if (kind === LC_SEGMENT_64) {
      end = Number(file.readBigUInt64LE(place + 40) + file.readBigUInt64LE(place + 48));
    } else if (kind === LC_CODE_SIGNATURE) {
      signature = { offset: file.readUInt32LE(place + 8), size: file.readUInt32LE(place + 12) };
    }
    place += file.readUInt32LE(place + 4);
  }
  return { machine: MACH_O_MACHINES[machine] ?? machine, signature, end };
}

function expectBytes(file: Buffer, offset: number, hexadecimal: string): void {
  const found = file.toString("hex", offset, offset + hexadecimal.length / 2);
  if (found !== hexadecimal) {
    throw new Error(`expected ${hexadecimal} at ${offset}, found ${found}`);
  }
}
