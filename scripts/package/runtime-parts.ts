/** What is in the runtime, as it tells itself: the runtimes of all platforms are one release. */
import { devDependencies } from "../../package.json";

export const RUNTIME_VERSION = devDependencies.bun;

/** A library that is linked into the runtime. */
export interface RuntimeLibrary {
  readonly name: string;
  /** The commit or version of its source. */
  readonly version: string;
  /** An SPDX expression, by the runtime's own list of licences. */
  readonly licence: string;
  /** Where that list says that it comes from. */
  readonly url: string;
}

/** By the name that the runtime's `process.versions` has for it. */
const LIBRARIES: Readonly<Record<string, Omit<RuntimeLibrary, "version">>> = {
  webkit: { name: "WebKit", licence: "LGPL-2.1-only", url: "https://github.com/oven-sh/WebKit" },
  boringssl: {
    name: "BoringSSL",
    licence: "Apache-2.0",
    url: "https://boringssl.googlesource.com/boringssl/",
  },
  libarchive: {
    name: "libarchive",
    licence: "BSD-2-Clause",
    url: "https://github.com/libarchive/libarchive",
  },
  mimalloc: { name: "mimalloc", licence: "MIT", url: "https://github.com/microsoft/mimalloc" },
  picohttpparser: { name: "picohttpparser", licence: "MIT", url: "https://github.com/h2o/picohttpparser" },
  uwebsockets: {
    name: "uWebSockets",
    licence: "Apache-2.0",
    url: "https://github.com/jarred-sumner/uwebsockets",
  },
  usockets: { name: "uSockets", licence: "Apache-2.0", url: "https://github.com/uNetworking/uSockets" },
  zlib: { name: "zlib-ng", licence: "Zlib", url: "https://github.com/zlib-ng/zlib-ng" },
  tinycc: { name: "tinycc", licence: "LGPL-2.1-only", url: "https://github.com/tinycc/tinycc" },
  lolhtml: { name: "lol-html", licence: "BSD-3-Clause", url: "https://github.com/cloudflare/lol-html" },
  ares: { name: "c-ares", licence: "MIT", url: "https://github.com/c-ares/c-ares" },
  libdeflate: { name: "libdeflate", licence: "MIT", url: "https://github.com/ebiggers/libdeflate" },
  lshpack: { name: "ls-hpack", licence: "MIT", url: "https://github.com/litespeedtech/ls-hpack" },
  zstd: { name: "Zstandard", licence: "BSD-3-Clause", url: "https://github.com/facebook/zstd" },
  icu: { name: "ICU", licence: "Unicode-3.0", url: "https://github.com/unicode-org/icu" },
};

/** The libraries by name. */
export const RUNTIME_LIBRARIES: readonly RuntimeLibrary[] = Object.entries(LIBRARIES)
  .map(([key, library]) => ({ ...library, version: versionOf(key) }))
  .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));

function versionOf(key: string): string {
  if (process.versions["bun"] !== RUNTIME_VERSION) {
    throw new Error(
      `this is Bun ${process.versions["bun"]}, and package.json pins ${RUNTIME_VERSION}: npm ci`,
    );
  }
  const version = process.versions[key];
  if (version === undefined) {
    throw new Error(`Bun ${RUNTIME_VERSION} does not tell its version of ${key}`);
  }
  return version;
}
