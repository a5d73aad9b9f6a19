/** Under load and throttled, every signing comes out right: none is wrong, none is lost. */
import { expect, test } from "bun:test";
import { describeFigures, LOAD, runLoad, THROTTLES } from "./load.ts";

const LIMIT_MS = 180_000;

test.each([...THROTTLES])(
  "all signings are right against a vault that throttles %s",
  async (name, throttle) => {
    const figures = await runLoad({ ...LOAD, throttle });
    console.log(`${name}\n${describeFigures(figures)}`);
    expect(figures).toMatchObject({ right: LOAD.signings, wrong: 0, lost: 0, errors: [] });
    // Or the vault would not have throttled, and this would say nothing.
    expect(figures.throttled).toBeGreaterThan(LOAD.concurrency);
    expect(figures.retries).toBe(figures.throttled);
  },
  LIMIT_MS,
);
