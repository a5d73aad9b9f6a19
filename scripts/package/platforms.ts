/** The platforms that there is an archive for, and which runtime each gets. */

/** A platform by Go's names, which the archives of Notation and its plugins use. */
export interface Platform {
  /** As it stands in the archive's name, for example `linux_amd64_musl`. */
  readonly name: string;
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
  /** The C library where it is not the usual one: Alpine's. */
  readonly libc?: "musl";
  /** The npm package that holds the runtime. The ones for x64 run on every processor since Nehalem, without AVX2. */
  readonly runtimePackage: string;
  /** What `bun build --target` calls the platform. */
  readonly target: string;
}

/** In the order of their names. */
export const PLATFORMS: readonly Platform[] = [
  {
    name: "darwin_amd64",
    os: "darwin",
    arch: "amd64",
    runtimePackage: "@oven/bun-darwin-x64",
    target: "bun-darwin-x64",
  },
  {
    name: "darwin_arm64",
    os: "darwin",
    arch: "arm64",
    runtimePackage: "@oven/bun-darwin-aarch64",
    target: "bun-darwin-arm64",
  },
  {
    name: "linux_amd64",
    os: "linux",
    arch: "amd64",
    runtimePackage: "@oven/bun-linux-x64",
    target: "bun-linux-x64",
  },
  {
    name: "linux_amd64_musl",
    os: "linux",
    arch: "amd64",
    libc: "musl",
    runtimePackage: "@oven/bun-linux-x64-musl",
    target: "bun-linux-x64-musl",
  },
  {
    name: "linux_arm64",
    os: "linux",
    arch: "arm64",
    runtimePackage: "@oven/bun-linux-aarch64",
    target: "bun-linux-arm64",
  },
  {
    name: "linux_arm64_musl",
    os: "linux",
    arch: "arm64",
    libc: "musl",
    runtimePackage: "@oven/bun-linux-aarch64-musl",
    target: "bun-linux-arm64-musl",
  },
  {
    name: "windows_amd64",
    os: "windows",
    arch: "amd64",
    runtimePackage: "@oven/bun-windows-x64",
    target: "bun-windows-x64",
  },
];

const OPERATING_SYSTEMS: Readonly<Record<string, Platform["os"]>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "windows",
};
const ARCHITECTURES: Readonly<Record<string, Platform["arch"]>> = { x64: "amd64", arm64: "arm64" };

/** The platform of this machine. Throws where there is no archive for it. */
export function thisPlatform(): Platform {
  const os = OPERATING_SYSTEMS[process.platform];
  const arch = ARCHITECTURES[process.arch];
  const libc = os === "linux" && !runsOnGlibc() ? "musl" : undefined;
  const platform = PLATFORMS.find((one) => one.os === os && one.arch === arch && one.libc === libc);
  if (platform === undefined) {
    throw new Error(`there is no archive for ${process.platform} ${process.arch}`);
  }
  return platform;
}

/** The runtime names the C library that it was linked to, and only if it is glibc. */
function runsOnGlibc(): boolean {
  const report: unknown = process.report.getReport();
  return (
    typeof report === "object" &&
    report !== null &&
    "header" in report &&
    typeof report.header === "object" &&
    report.header !== null &&
    "glibcVersionRuntime" in report.header
  );
}

/** What the plugin's executable is called on a platform: Notation finds plugins by this name. */
export function executableName({ os }: Pick<Platform, "os">): string {
  return os === "windows" ? "notation-azure-kv.exe" : "notation-azure-kv";
}
