/** What an access token says of who holds it. */
import { describe, expect, test } from "bun:test";
import { holderOf } from "../../src/access-token/claims.ts";

const NOBODY = {
  applicationId: undefined,
  objectId: undefined,
  tenantId: undefined,
  user: undefined,
  managedIdentity: undefined,
};

function tokenOf(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
}

describe("the holder of a token", () => {
  test("is an application, by version 1.0 and by 2.0", () => {
    const holder = { ...NOBODY, applicationId: "a", objectId: "o", tenantId: "t" };
    expect(holderOf(tokenOf({ appid: "a", oid: "o", tid: "t", idtyp: "app" }))).toEqual(holder);
    expect(holderOf(tokenOf({ azp: "a", oid: "o", tid: "t" }))).toEqual(holder);
  });

  test("is a person", () => {
    expect(holderOf(tokenOf({ oid: "o", upn: "p@example.com", unique_name: "other" }))).toEqual({
      ...NOBODY,
      objectId: "o",
      user: "p@example.com",
    });
  });

  test("is a managed identity", () => {
    const id =
      "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    expect(holderOf(tokenOf({ xms_mirid: id })).managedIdentity).toBe(id);
  });

  test.each(["", "opaque", "a.b.c", tokenOf(null), tokenOf({}), tokenOf({ oid: 1, tid: [] })])(
    "of %j is not known",
    (token) => {
      expect(holderOf(token)).toEqual(NOBODY);
    },
  );
});
