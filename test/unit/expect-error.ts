/** How unit tests look at a refusal: its code and the message that the person would see. */
import { expect } from "bun:test";
import { type ErrorCode, PluginError } from "../../src/error/plugin-error.ts";

/** Runs what must fail with a PluginError of the code, whose message has every one of the texts. */
export async function expectError(
  run: () => unknown,
  code: ErrorCode,
  ...texts: readonly (string | RegExp)[]
): Promise<void> {
  const error = await thrownBy(run);
  expect(error).toBeInstanceOf(PluginError);
  if (error instanceof PluginError) {
    expect(error.code).toBe(code);
    for (const text of texts) {
      expect(error.message).toMatch(text);
    }
  }
}

async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}
