/** What a check has found: each cause once, in the order of signing, and no secret. */
import { describe, expect, test } from "bun:test";
import { createFindings, type Findings } from "../../src/check/findings.ts";
import { type ErrorCode, PluginError, validationError } from "../../src/error/plugin-error.ts";

type Failure = readonly [problem: string, fix?: string | undefined, code?: ErrorCode];

function failure([problem, fix, code = "ACCESS_DENIED"]: Failure): PluginError {
  return new PluginError(code, problem, { fix });
}

/** After steps, one after the other, that failed so. */
async function findingsOf(...failures: readonly Failure[]): Promise<Findings> {
  const findings = createFindings({});
  for (const each of failures) {
    await findings.attempt(() => Promise.reject(failure(each)));
  }
  return findings;
}

describe("a step", () => {
  test("gives its result, and is no problem", async () => {
    const findings = createFindings({});
    expect(await findings.attempt(() => Promise.resolve("later"))).toBe("later");
    expect(await findings.attempt(() => "at once")).toBe("at once");
    expect(await findings.attempt(() => undefined)).toBeUndefined();
    expect(findings.problems()).toEqual([]);
  });

  test.each<[string, () => Promise<never>]>([
    ["later", () => Promise.reject(validationError("it is wrong", "correct it"))],
    [
      "at once",
      () => {
        throw validationError("it is wrong", "correct it");
      },
    ],
  ])("that fails %s is a problem, and has no result", async (_when, step) => {
    const findings = createFindings({});
    expect(await findings.attempt(step)).toBeUndefined();
    expect(findings.problems()).toEqual([
      { errorCode: "VALIDATION_ERROR", problem: "it is wrong", fix: "correct it" },
    ]);
  });

  test("that fails by a fault of the program is an ERROR", async () => {
    const findings = createFindings({});
    await findings.attempt(() => Promise.reject(new TypeError("x is undefined")));
    expect(findings.problems()).toEqual([
      { errorCode: "ERROR", problem: "unexpected failure in notation-azure-kv: TypeError: x is undefined" },
    ]);
  });
});

describe("problems", () => {
  test("of steps that run at once are in the order in which these began", async () => {
    const findings = createFindings({});
    const ends: (() => void)[] = [];
    const steps = ["first", "second", "third"].map((name) =>
      findings.attempt(async () => {
        await new Promise<void>((resolve) => ends.push(resolve));
        throw failure([name]);
      }),
    );
    for (const end of ends.toReversed()) {
      end();
      await Bun.sleep(1);
    }
    await Promise.all(steps);
    expect(findings.problems().map(({ problem }) => problem)).toEqual(["first", "second", "third"]);
  });

  test("can be asked for while steps run", async () => {
    const findings = createFindings({});
    let end: () => void = () => undefined;
    const step = findings.attempt(
      () =>
        new Promise((_resolve, reject) => {
          end = () => reject(failure(["slow"]));
        }),
    );
    await findings.attempt(() => Promise.reject(failure(["fast"])));
    expect(findings.problems().map(({ problem }) => problem)).toEqual(["fast"]);
    end();
    await step;
    expect(findings.problems().map(({ problem }) => problem)).toEqual(["slow", "fast"]);
  });

  test.each<[string, readonly Failure[], readonly object[]]>([
    [
      "that are the same are told once",
      [
        ["no token", "sign in"],
        ["no token", "sign in"],
        ["no token", "sign in"],
      ],
      [{ problem: "no token", fix: "sign in" }],
    ],
    [
      "that are the same but for more in one's fix are told once, with all of it",
      [
        ["no token", "sign in"],
        ["no token", "sign in; or name another"],
      ],
      [{ problem: "no token", fix: "sign in; or name another" }],
    ],
    [
      "that another tells as well are told there: after it",
      [
        ["cannot read secret: denied\nAlso: cannot read certificate: denied", "grant both"],
        ["cannot read certificate: denied", "grant both"],
      ],
      [{ problem: "cannot read secret: denied\nAlso: cannot read certificate: denied", fix: "grant both" }],
    ],
    [
      "that another tells as well are told there: before it",
      [
        ["no result within 5 s", "allow more"],
        ["no result within 5 s: still waiting for a token", "allow more"],
      ],
      [{ problem: "no result within 5 s: still waiting for a token", fix: "allow more" }],
    ],
    [
      "of one fix are one problem, at the place of the first",
      [
        ["cannot read secret", "grant all"],
        ["expired", "renew"],
        ["cannot sign", "grant all"],
        ["cannot read certificate", "grant all"],
      ],
      [
        {
          problem: "cannot read secret\nAlso: cannot sign\nAlso: cannot read certificate",
          fix: "grant all",
        },
        { problem: "expired", fix: "renew" },
      ],
    ],
    [
      "whose fix nothing else tells are told, though their words stand in another",
      [
        ["cannot read", "grant"],
        ["cannot read: denied", "sign in"],
      ],
      [
        { problem: "cannot read", fix: "grant" },
        { problem: "cannot read: denied", fix: "sign in" },
      ],
    ],
    [
      "of other fixes are problems of their own",
      [
        ["a", "mend a"],
        ["b", "mend b"],
      ],
      [
        { problem: "a", fix: "mend a" },
        { problem: "b", fix: "mend b" },
      ],
    ],
    [
      "of fixes of which one goes on where another ends are one problem, with the longer fix",
      [
        ["cannot sign", "grant keys sign"],
        ["expired", "renew it"],
        ["cannot read secret", "grant keys sign, secrets get"],
        ["revoked", "renew"],
        ["cannot read certificate", "grant keys sign"],
      ],
      [
        {
          problem: "cannot sign\nAlso: cannot read secret\nAlso: cannot read certificate",
          fix: "grant keys sign, secrets get",
        },
        { problem: "expired\nAlso: revoked", fix: "renew it" },
      ],
    ],
    ["without a fix are problems of their own", [["a"], ["b"]], [{ problem: "a" }, { problem: "b" }]],
    [
      "of which one has a fix are two",
      [["a", "mend a"], ["b"]],
      [{ problem: "a", fix: "mend a" }, { problem: "b" }],
    ],
  ])("%s", async (_what, failures, problems) => {
    const findings = await findingsOf(...failures);
    expect<readonly object[]>(findings.problems()).toEqual(
      problems.map((each) => ({ errorCode: "ACCESS_DENIED", ...each })),
    );
  });

  test("of another code are not joined, though the fix is one", async () => {
    const findings = await findingsOf(["a", "try again", "ERROR"], ["b", "try again", "TIMEOUT"]);
    expect(findings.problems()).toEqual([
      { errorCode: "ERROR", problem: "a", fix: "try again" },
      { errorCode: "TIMEOUT", problem: "b", fix: "try again" },
    ]);
  });
});

describe("secrets", () => {
  const TOKEN = "eyJhbGciOiJub25lIn0.eyJvaWQiOiJvIn0.c2lnbmF0dXJl";

  test("of the environment, and tokens, are in no problem and in no fix", async () => {
    const findings = createFindings({ AZURE_CLIENT_SECRET: "a-client-secret" });
    const told = failure(["a-client-secret is wrong", `replace a-client-secret and ${TOKEN}`]);
    await findings.attempt(() => Promise.reject(told));
    await findings.attempt(() => Promise.reject(new Error(`not a-client-secret, not ${TOKEN}`)));
    expect(findings.problems()).toEqual([
      {
        errorCode: "ACCESS_DENIED",
        problem: "[redacted] is wrong",
        fix: "replace [redacted] and [token]",
      },
      {
        errorCode: "ERROR",
        problem: "unexpected failure in notation-azure-kv: Error: not [redacted], not [token]",
      },
    ]);
  });
});

describe("warnings", () => {
  test("are told as they come, with a fix or without", async () => {
    const findings = await findingsOf(["a", "mend a"]);
    findings.warn("the clock is wrong", "set it");
    findings.warn("it expires soon");
    findings.warn("it expires soon");
    expect(findings.warnings()).toEqual([
      { problem: "the clock is wrong", fix: "set it" },
      { problem: "it expires soon" },
      { problem: "it expires soon" },
    ]);
    expect(Object.keys(findings.warnings()[1] ?? {})).toEqual(["problem"]);
  });

  test("are no problems, nor are problems warnings", async () => {
    const findings = createFindings({});
    findings.warn("it expires soon");
    expect(findings.problems()).toEqual([]);
    expect((await findingsOf(["a"])).warnings()).toEqual([]);
  });
});
