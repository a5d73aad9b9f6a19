import { describe, expect, test } from "bun:test";
import { metadataFrom, PluginError } from "../../src/error/plugin-error.ts";
import { settleTogether } from "../../src/error/settle-together.ts";
import { showValue } from "../../src/error/show-value.ts";
import { asPluginError } from "../../src/error/unexpected-error.ts";
import { encodeError } from "../../src/protocol/error-response.ts";
import { expectError } from "./expect-error.ts";

describe("an error", () => {
  test("is told by its problem, and its fix on a line of its own", () => {
    const error = new PluginError("THROTTLED", "too much", { fix: "wait" });
    expect(error).toMatchObject({
      problem: "too much",
      fix: "wait",
      message: "too much\nFix: wait",
      metadata: {},
    });
  });

  test("without a fix is told by its problem alone", () => {
    const error = new PluginError("ERROR", "x");
    expect([error.message, error.problem, error.fix]).toEqual(["x", "x", undefined]);
  });

  test("has the metadata that is known", () => {
    expect(metadataFrom({ status: "429", serviceCode: undefined, requestId: "" })).toEqual({
      status: "429",
      requestId: "",
    });
  });
});

describe("an error on stderr", () => {
  test("is one JSON object: code, message, metadata if there is any", () => {
    const error = new PluginError("THROTTLED", "too much", { fix: "wait", metadata: { status: "429" } });
    expect(JSON.parse(encodeError(error))).toEqual({
      errorCode: "THROTTLED",
      errorMessage: "too much\nFix: wait",
      errorMetadata: { status: "429" },
    });
    expect(JSON.parse(encodeError(new PluginError("ERROR", "x")))).toEqual({
      errorCode: "ERROR",
      errorMessage: "x",
    });
  });

  test.each([
    [
      "an error",
      new TypeError("x is undefined"),
      "unexpected failure in notation-azure-kv: TypeError: x is undefined",
    ],
    ["a text", "a text", "unexpected failure in notation-azure-kv: a text"],
    ["nothing", undefined, "unexpected failure in notation-azure-kv: undefined"],
  ])("is made of whatever was thrown: %s", (_what, thrown, message) => {
    expect(asPluginError(thrown)).toMatchObject({ code: "ERROR", problem: message });
  });
});

describe("a value in an error", () => {
  test.each<[unknown, string]>([
    ["a\nb", '"a\\nb"'],
    [undefined, "undefined"],
    [null, "null"],
    [{ a: [1] }, '{"a":[1]}'],
  ])("%p is shown as %s", (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });

  test("is cut when it is long", () => {
    expect(showValue("x".repeat(1000))).toBe(`"${"x".repeat(79)}… (1002 characters)`);
    expect(showValue("x".repeat(1000), 10)).toBe(`"${"x".repeat(9)}… (1002 characters)`);
    expect(showValue("x".repeat(78))).toBe(`"${"x".repeat(78)}"`);
  });

  test("is told without it when it is nested so deep that it cannot be written", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 50_000; depth += 1) {
      value = [value];
    }
    expect(showValue(value)).toBe("a value that is nested too deep to be shown");
  }, 20_000);
});

describe("two calls at once", () => {
  const failing = (problem: string, fix?: string, code: PluginError["code"] = "ACCESS_DENIED") =>
    Promise.reject(new PluginError(code, problem, { fix, metadata: { what: problem } }));

  /** What is told when both fail. */
  async function joined(first: Promise<unknown>, second: Promise<unknown>): Promise<unknown> {
    return await settleTogether(first, second).catch((error: unknown) => error);
  }

  test("give both results", async () => {
    expect(await settleTogether(Promise.resolve(1), Promise.resolve("a"))).toEqual([1, "a"]);
  });

  test("that both lack a permission are told together, with the first one's metadata", async () => {
    expect(await joined(failing("no secrets get"), failing("no keys sign"))).toMatchObject({
      code: "ACCESS_DENIED",
      problem: "no secrets get\nAlso: no keys sign",
      message: "no secrets get\nAlso: no keys sign",
      metadata: { what: "no secrets get" },
    });
  });

  test("that have the same fix are told with it once, after both problems", async () => {
    expect(
      await joined(failing("no secrets get", "grant all"), failing("no keys sign", "grant all")),
    ).toMatchObject({
      message: "no secrets get\nAlso: no keys sign\nFix: grant all",
      fix: "grant all",
    });
  });

  test("of which one fix goes on where the other ends are told with the longer one", async () => {
    const long = "grant all; or do without the secret";
    for (const [a, b] of [
      [long, "grant all"],
      ["grant all", long],
    ]) {
      expect(await joined(failing("x", a), failing("y", b))).toMatchObject({
        message: `x\nAlso: y\nFix: ${long}`,
      });
    }
  });

  test("that have different fixes are told with both", async () => {
    expect(await joined(failing("x", "do this"), failing("y", "do that"))).toMatchObject({
      message: "x\nAlso: y\nFix: do this; and do that",
    });
  });

  test("of which one has a fix are told with that", async () => {
    expect(await joined(failing("x"), failing("y", "do that"))).toMatchObject({
      message: "x\nAlso: y\nFix: do that",
    });
  });

  test("that fail alike are told once", () =>
    expectError(
      () => settleTogether(failing("no token"), failing("no token")),
      "ACCESS_DENIED",
      /^no token$/,
    ));

  test("of which one fails are told by it", async () => {
    const good = Promise.resolve(1);
    await expectError(() => settleTogether(good, failing("no keys sign")), "ACCESS_DENIED", /^no keys sign$/);
    await expectError(() => settleTogether(failing("no keys sign"), good), "ACCESS_DENIED", /^no keys sign$/);
  });

  test("that fail differently are told by the first, whose fix is for that alone", () =>
    expectError(
      () =>
        settleTogether(
          failing("no chain", "complete it", "VALIDATION_ERROR"),
          failing("no keys sign", "grant it"),
        ),
      "VALIDATION_ERROR",
      /^no chain\nFix: complete it$/,
    ));

  test("that throw what is no error of the plugin are told as unexpected", () =>
    expectError(
      () => settleTogether(Promise.reject(new TypeError("x")), Promise.resolve(1)),
      "ERROR",
      "TypeError: x",
    ));

  test("are both waited for: none is left that fails later", async () => {
    const late = Bun.sleep(30).then(() => failing("late"));
    expect(await joined(failing("early"), late)).toMatchObject({ problem: "early\nAlso: late" });
  });
});
