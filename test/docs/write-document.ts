/** Documents that runs make. */
import { writeFile } from "node:fs/promises";

/**
 * Writes a document to its file, and says so; without a file, to stdout.
 * @param holds what it holds, such as `170 chains`
 */
export async function writeDocument(file: string | undefined, text: string, holds: string): Promise<void> {
  if (file === undefined) {
    process.stdout.write(text);
  } else {
    await writeFile(file, text);
    console.log(`${file}: ${holds}`);
  }
}
