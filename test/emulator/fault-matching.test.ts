/** Which requests a fault meets. */
import { expect, test } from "bun:test";
import { HOST, useFaultyVault } from "./faulty-vault.ts";
import type { Fault } from "./index.ts";

const { site, add, get } = useFaultyVault();

const teapot = { kind: "answer", status: 418 } as const;

test.each([
  ["its host", { host: HOST }, { host: "login.microsoftonline.com" }],
  ["its method", { method: "get" }, { method: "POST" }],
  ["its path", { path: /^\/certificates\/signer\?/ }, { path: /^\/certificates$/ }],
  ["its query", { path: /api-version=7\.4$/ }, { path: /api-version=7\.5/ }],
  ["every part of it", { host: HOST, method: "GET" }, { host: HOST, method: "PUT" }],
] as const)("a fault meets the requests of %s", async (_, matching, other) => {
  const undo = add({ ...teapot, ...other });
  expect((await get()).status).toBe(200);
  undo();
  add({ ...teapot, ...matching });
  expect((await get()).status).toBe(418);
});

test("a fault meets its host with and without the port that the client names", async () => {
  const { environment } = site().emulator.createManagedIdentity("user-assigned");
  const origin = environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? "";
  const { host, hostname } = new URL(origin);
  for (const wanted of [host, hostname]) {
    const undo = add({ ...teapot, host: wanted });
    expect((await fetch(origin)).status).toBe(418);
    undo();
    expect((await fetch(origin)).status).toBe(404);
  }
});

test("a fault with a token leaves requests without one alone", async () => {
  add({ ...teapot, withToken: true });
  expect((await get("/certificates/signer", {})).status).toBe(401);
  expect((await get()).status).toBe(418);
});

test("a fault of a global expression meets every request", async () => {
  add({ ...teapot, path: /signer/g });
  expect([(await get()).status, (await get()).status]).toEqual([418, 418]);
});

test("a fault that was added later comes first, until it is used up or taken away", async () => {
  const statuses = async () => [(await get()).status, (await get()).status];
  const undo = add({ ...teapot, status: 501 });
  add({ ...teapot, status: 502, times: 1 });
  expect(await statuses()).toEqual([502, 501]);
  undo();
  expect(await statuses()).toEqual([200, 200]);
});

test("a fault of two requests at once meets as many as it is to", async () => {
  add({ ...teapot, times: 1 });
  add({ kind: "rewrite", rewrite: () => ({ rewritten: true }), path: /secrets/, times: 1 });
  const statuses = await Promise.all([get(), get(), get()]);
  expect(statuses.map(({ status }) => status).sort()).toEqual([200, 200, 418]);
  const bodies = await Promise.all([get("/secrets/signer"), get("/secrets/signer")]);
  expect(bodies.filter(({ json }) => Object.hasOwn(json as object, "rewritten"))).toHaveLength(1);
});

test("a fault that makes no sense is refused", () => {
  for (const fault of [
    { kind: "truncate", method: "CONNECT" },
    { kind: "rewrite", method: "connect", rewrite: () => undefined },
    { ...teapot, times: 0 },
    { ...teapot, times: 1.5 },
    { kind: "delay", milliseconds: Number.NaN },
    { kind: "delay", milliseconds: -1 },
    { kind: "answer", status: 0 },
  ] as const satisfies readonly Fault[]) {
    expect(() => site().emulator.addFault(fault)).toThrow(RangeError);
  }
});
