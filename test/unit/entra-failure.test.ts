import { describe, expect, test } from "bun:test";
import { entraCauseOf, entraCodeIn } from "../../src/credential/entra-failure.ts";

describe("the code of Entra ID", () => {
  test.each([
    ["AADSTS7000215: Invalid client secret provided.", 7_000_215],
    ["invalid_client: Error(s): 7000215 - Description: AADSTS7000215: Invalid", 7_000_215],
    ["ERROR: AADSTS50173: The grant has expired.\nAADSTS70043: something else", 50_173],
    ["(AADSTS90002)", 90_002],
  ])("in %j is %i, the first one", (text, code) => {
    expect(entraCodeIn(text)).toBe(code);
  });

  test.each(["", "Error(s): 7000215", "AADSTS: no number", "AADST50173", "XAADSTS50173", "aadsts50173"])(
    "is not in %j",
    (text) => {
      expect(entraCodeIn(text)).toBeUndefined();
    },
  );
});

const NAMES = { vaultUrl: "https://myvault.vault.azure.net", clientId: undefined };

/** A code, its fix, and what it is in the contract where it is no refusal. */
type Row = readonly [code: number, fix: RegExp, errorCode: "THROTTLED" | "ERROR" | undefined];

/** All that are known here, by https://learn.microsoft.com/entra/identity-platform/reference-error-codes. */
const KNOWN: readonly Row[] = [
  [
    7_000_215,
    /^set AZURE_CLIENT_SECRET to the secret's value and not to its id; or make a new secret, `az ad app /,
    undefined,
  ],
  [7_000_222, /^make a new secret, `az ad app credential reset --id \$AZURE_CLIENT_ID --append`/, undefined],
  [7_000_218, /^set AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH/, undefined],
  [700_016, /^correct AZURE_TENANT_ID and AZURE_CLIENT_ID/, undefined],
  [7_000_229, /`az ad sp create --id \$AZURE_CLIENT_ID`/, undefined],
  [7_000_112, /`az ad sp update --id \$AZURE_CLIENT_ID --set accountEnabled=true`/, undefined],
  [900_971, /^correct AZURE_TENANT_ID and AZURE_CLIENT_ID/, undefined],
  ...rows([90_002, 900_023, 900_021, 50_020], /^set AZURE_TENANT_ID to the vault's tenant/),
  ...rows(
    [500_011, 500_014, 650_052],
    /^the vault is in another cloud than the tenant: unset AZURE_AUTHORITY_HOST/,
  ),
  ...rows([700_027, 7_000_214, 50_012], /^register the certificate of AZURE_CLIENT_CERTIFICATE_PATH/),
  ...rows([700_024, 50_013], /^check this machine's clock/),
  ...rows([70_021, 700_211, 700_212, 700_213, 700_223], /federated-credential list/),
  ...rows([53_000, 53_001, 53_003, 530_003, 530_034], /^ask an administrator of the tenant/),
  ...rows([50_076, 50_078, 50_079, 50_158, 50_173], /^sign in again: `az login --scope /),
  ...rows([65_001, 70_043, 70_008, 700_082, 50_034, 50_126], /^sign in again: `az login --scope /),
  [50_057, /^ask an administrator of the tenant to enable the account$/, undefined],
  [90_055, /^try again later/, "THROTTLED"],
  [50_196, /^try again later/, "THROTTLED"],
  [90_033, /^try again later/, "ERROR"],
  [90_006, /^try again later/, "ERROR"],
];

function rows(codes: readonly number[], fix: RegExp): readonly Row[] {
  return codes.map((code) => [code, fix, undefined] as const);
}

describe("AADSTS", () => {
  test.each([...KNOWN])("%i has a fix: %p", (code, expected, errorCode) => {
    const cause = entraCauseOf(
      `invalid_client: Error(s): ${code} - Description: AADSTS${code}: words`,
      NAMES,
    );
    expect(cause?.fix).toMatch(expected);
    expect(cause?.errorCode).toBe(errorCode);
  });

  test.each([...KNOWN])("%i has a fix that is one line, whose commands stand in backticks", (code) => {
    const { fix = "" } = entraCauseOf(`AADSTS${code}`, NAMES) ?? {};
    expect(fix).not.toMatch(/[.\n]$|\n/);
    expect(fix.split("`").length % 2).toBe(1);
  });

  test("of another number has none", () => {
    expect(entraCauseOf("AADSTS1: words", NAMES)).toBeUndefined();
    expect(entraCauseOf("no code", NAMES)).toBeUndefined();
  });
});

describe("the application in a fix", () => {
  test("is named by its id where that is known", () => {
    expect(entraCauseOf("AADSTS7000222", { ...NAMES, clientId: "1234" })?.fix).toContain(
      "--id 1234 --append",
    );
  });

  test.each([undefined, ""])("is named by the variable where its id is %p", (clientId) => {
    expect(entraCauseOf("AADSTS7000222", { ...NAMES, clientId })?.fix).toContain(
      "--id $AZURE_CLIENT_ID --append",
    );
  });
});

test("the vault in a fix is named as `az` names it", () => {
  expect(entraCauseOf("AADSTS90002", NAMES)?.fix).toContain("`az keyvault show --name myvault --query");
});
