/** Who is signing in, and who has signed in: device codes and refresh tokens. */
import { randomBytes, randomInt } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { SessionEnd, User } from "../types.ts";

/** Seconds within which a device code must be approved. */
export const DEVICE_CODE_LIFETIME = 900;

/** One sign-in by device code: RFC 8628. */
export interface DeviceSignIn {
  readonly deviceCode: string;
  /** What the person types. */
  readonly userCode: string;
  /** What the tokens shall be for. */
  readonly scope: string;
  readonly expires: Date;
  /** How often the application has asked whether the person is done. */
  polls: number;
  approvedBy?: User;
  redeemed?: true;
}

/** What a refresh token stands for. */
export interface RefreshGrant {
  readonly user: User;
  readonly issued: Date;
}

/** The sign-ins and sessions of the tenant. */
export interface Sessions {
  startDeviceSignIn(scope: string): DeviceSignIn;
  byDeviceCode(deviceCode: string): DeviceSignIn | undefined;
  approve(userCode: string, user: User): void;
  /** Who approves every code; nobody at first. */
  approver: User | undefined;
  /** A new refresh token. Those before it stay good, as Entra ID leaves them. */
  issueRefreshToken(user: User): string;
  byRefreshToken(token: string): RefreshGrant | undefined;
  end(user: User, reason: SessionEnd): void;
  /** Why, and when, the refresh tokens of before ended. */
  endOf(grant: RefreshGrant): { readonly reason: SessionEnd; readonly date: Date } | undefined;
}

/** As on a phone's keypad: no vowels and no zero, to spell neither words nor doubts. */
const USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789";

/** Nobody has signed in. */
export function createSessions(clock: Clock): Sessions {
  const signIns: DeviceSignIn[] = [];
  const grants = new Map<string, RefreshGrant>();
  const ends = new Map<
    string,
    { readonly reason: SessionEnd; readonly date: Date; grants: Set<RefreshGrant> }
  >();
  return {
    approver: undefined,
    startDeviceSignIn(scope) {
      const signIn: DeviceSignIn = {
        deviceCode: randomBytes(48).toString("base64url"),
        userCode: newUserCode(),
        scope,
        expires: new Date(clock.date().getTime() + DEVICE_CODE_LIFETIME * 1000),
        polls: 0,
      };
      signIns.push(signIn);
      return signIn;
    },
    byDeviceCode: (deviceCode) => signIns.find((signIn) => signIn.deviceCode === deviceCode),
    approve(userCode, user) {
      const signIn = signIns.find((candidate) => candidate.userCode === userCode);
      if (signIn === undefined) {
        throw new Error(`nobody was given the code ${userCode}`);
      }
      signIn.approvedBy = user;
    },
    issueRefreshToken(user) {
      const token = `1.${randomBytes(96).toString("base64url")}`;
      grants.set(token, { user, issued: clock.date() });
      return token;
    },
    byRefreshToken: (token) => grants.get(token),
    end(user, reason) {
      const ended = new Set([...grants.values()].filter((grant) => grant.user === user));
      ends.set(user.objectId, { reason, date: clock.date(), grants: ended });
    },
    endOf(grant) {
      const end = ends.get(grant.user.objectId);
      return end?.grants.has(grant) ? end : undefined;
    },
  };
}

function newUserCode(): string {
  return Array.from({ length: 9 }, () => USER_CODE_ALPHABET[randomInt(USER_CODE_ALPHABET.length)]).join("");
}
