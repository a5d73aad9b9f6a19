/** Work that has begun, within what is left of a budget that others have used a part of. */
import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { validationError } from "../../src/error/plugin-error.ts";
import { type Budget, startBudget, withinRest } from "../../src/network/budget.ts";
import { expectError } from "./expect-error.ts";

const never = (): Promise<never> => new Promise(() => undefined);

/** A budget of an hour, of which this many milliseconds are left. */
function budgetWith(rest: number): Budget {
  return { ...startBudget(3600), remaining: () => rest };
}

describe("work within the rest of a budget", () => {
  test("gives its result", async () => {
    expect(await withinRest(budgetWith(5000), Promise.resolve("done"))).toBe("done");
    const later = Bun.sleep(1).then(() => "later");
    expect(await withinRest(startBudget(5), later)).toBe("later");
  });

  test("fails with what it fails with", async () => {
    const error = validationError("no");
    const failing = withinRest(budgetWith(5000), Promise.reject(error));
    expect(await failing.catch((thrown: unknown) => thrown)).toBe(error);
    const later = Bun.sleep(1).then(() => Promise.reject(error));
    expect(await withinRest(startBudget(5), later).catch((thrown: unknown) => thrown)).toBe(error);
  });

  test("is a TIMEOUT once the rest is over, which tells of the whole and of what was waited for", async () => {
    const budget = budgetWith(10);
    budget.waitFor("an answer of vault.example");
    // By the whole of an hour this would not end.
    await expectError(
      () => withinRest(budget, never()),
      "TIMEOUT",
      "no result within 3600 s: still waiting for an answer of vault.example\n",
    );
  });

  test("has the rest of the time that it begins in", async () => {
    const rests = [5000, 10];
    const budget = { ...startBudget(3600), remaining: () => rests.shift() ?? 0 };
    expect(await withinRest(budget, Promise.resolve("first"))).toBe("first");
    await expectError(() => withinRest(budget, never()), "TIMEOUT");
  });

  test("ends with others that share the budget", async () => {
    const budget = startBudget(0.05);
    const works = [withinRest(budget, never()), withinRest(budget, never())];
    const ends = await Promise.allSettled([...works, withinRest(budget, Promise.resolve("done"))]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });
});

describe("once a budget is used up", () => {
  test("work that is not done is a TIMEOUT", () =>
    expectError(() => withinRest(budgetWith(0), never()), "TIMEOUT", "no result within 3600 s"));

  test("the outcome of work that is done already is not lost", async () => {
    const error = validationError("no");
    expect(await withinRest(budgetWith(0), Promise.resolve("done"))).toBe("done");
    const failed = withinRest(budgetWith(0), Promise.reject(error));
    expect(await failed.catch((thrown: unknown) => thrown)).toBe(error);
  });

  test("work that fails later leaves nothing behind that is not caught", async () => {
    const late = Bun.sleep(30).then(() => Promise.reject(new Error("too late")));
    await expectError(() => withinRest(budgetWith(0), late), "TIMEOUT");
    await Bun.sleep(50); // An unhandled rejection would fail this test.
  });
});

test("what is done holds the process no longer", () => {
  const module = fileURLToPath(new URL("../../src/network/budget.ts", import.meta.url));
  for (const work of ["Promise.resolve()", "Promise.reject(new Error())"]) {
    const script = `import { startBudget, withinRest } from ${JSON.stringify(module)}; withinRest(startBudget(600), ${work}).catch(() => {});`;
    // Who is held is killed, and has no exit code then.
    const { exitCode } = Bun.spawnSync([process.execPath, "-e", script], { timeout: 20_000 });
    expect(exitCode).toBe(0);
  }
}, 60_000);
