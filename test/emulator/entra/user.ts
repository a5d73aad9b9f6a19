/** Registering a person. */
import { randomUUID } from "node:crypto";
import type { User, UserOptions } from "../types.ts";
import type { Directory } from "./directory.ts";
import { AZURE_CLI_APP_ID } from "./user-tokens.ts";

/** Makes a person without a password: who sits at the keyboard is for the test to say. */
export function createUser({ userPrincipalName }: UserOptions, directory: Directory): User {
  if (directory.byUserPrincipalName(userPrincipalName)) {
    throw new Error(`${userPrincipalName} exists already`);
  }
  const user: User = {
    kind: "user",
    appId: AZURE_CLI_APP_ID,
    objectId: randomUUID(),
    userPrincipalName,
    environment: {},
  };
  directory.add({ principal: user, registration: { kind: "user" } });
  return user;
}
