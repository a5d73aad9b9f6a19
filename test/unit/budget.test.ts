import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { validationError } from "../../src/error/plugin-error.ts";
import { type Budget, withinBudget } from "../../src/network/budget.ts";
import { expectError } from "./expect-error.ts";

const never = (): Promise<never> => new Promise(() => undefined);

describe("work within a budget", () => {
  test("gives its result", async () => {
    expect(await withinBudget(1, () => Promise.resolve("done"))).toBe("done");
  });

  test("fails with what it throws, at once or later", async () => {
    const error = validationError("no");
    expect(await withinBudget(1, () => Promise.reject(error)).catch((thrown: unknown) => thrown)).toBe(error);
    const throwAtOnce = (): never => {
      throw error;
    };
    expect(await withinBudget(1, throwAtOnce).catch((thrown: unknown) => thrown)).toBe(error);
  });

  test("knows what is left", async () => {
    await withinBudget(2, async (budget) => {
      expect(budget.seconds).toBe(2);
      expect(budget.remaining()).toBeWithin(1500, 2001);
      await Bun.sleep(50);
      expect(budget.remaining()).toBeLessThan(1952);
    });
  });

  test("knows that nothing is left, and not less, once it is used up", async () => {
    let budget: Budget | undefined;
    const work = (given: Budget): Promise<never> => {
      budget = given;
      return never();
    };
    await withinBudget(0.05, work).catch(() => undefined);
    await Bun.sleep(10);
    expect(budget?.remaining()).toBe(0);
  });

  test("that fails after its time leaves nothing behind that is not caught", async () => {
    const late = (): Promise<never> => Bun.sleep(80).then(() => Promise.reject(new Error("too late")));
    await expectError(() => withinBudget(0.05, late), "TIMEOUT", "no result within 0.05 s");
    await Bun.sleep(60); // An unhandled rejection would fail this test.
  });
});

describe("work that takes too long is a TIMEOUT", () => {
  test.each<[string, (budget: Budget) => void, RegExp]>([
    [
      "that says what it waits for",
      (budget) => budget.waitFor("a credential"),
      /: still waiting for a credential\n/,
    ],
    [
      "that says all that it waits for",
      (budget) => {
        budget.waitFor("a credential");
        budget.waitFor("an answer of vault.example");
      },
      /: still waiting for a credential and an answer of vault\.example\n/,
    ],
    [
      "that says once what it waits for twice",
      (budget) => {
        budget.waitFor("a credential");
        budget.waitFor("a credential");
      },
      /: still waiting for a credential\n/,
    ],
    [
      "that does not say what is done",
      (budget) => {
        budget.waitFor("a credential")();
        budget.waitFor("an answer");
      },
      /: still waiting for an answer\n/,
    ],
    [
      "that says what is still waited for by one of two",
      (budget) => {
        const done = budget.waitFor("a credential");
        budget.waitFor("a credential");
        done();
        done();
      },
      /: still waiting for a credential\n/,
    ],
    [
      "that says nothing of what it waits for where that is not known",
      () => undefined,
      /^no result within 0.03 s\n/,
    ],
  ])("%s", async (_what, note, message) => {
    const work = (budget: Budget): Promise<never> => {
      note(budget);
      return never();
    };
    await expectError(() => withinBudget(0.03, work), "TIMEOUT", message, "plugin config timeout=<seconds>");
  });
});

test("the timer of a budget does not hold the process once the work is done", () => {
  const module = fileURLToPath(new URL("../../src/network/budget.ts", import.meta.url));
  const start = performance.now();
  for (const work of ["Promise.resolve()", "Promise.reject(new Error())"]) {
    const script = `import { withinBudget } from ${JSON.stringify(module)}; withinBudget(30, () => ${work}).catch(() => {});`;
    expect(Bun.spawnSync([process.execPath, "-e", script]).exitCode).toBe(0);
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});
