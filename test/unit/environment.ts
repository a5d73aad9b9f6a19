/** The environment of this process, changed for a while. */

/** Runs with variables set, or unset where they are undefined, and puts back what was there. */
export async function withEnvironment<T>(
  changes: Readonly<Record<string, string | undefined>>,
  run: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  assign(Object.entries(changes));
  try {
    return await run();
  } finally {
    assign(before);
  }
}

function assign(entries: readonly (readonly [name: string, value: string | undefined])[]): void {
  for (const [name, value] of entries) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
}
