/**
 * Compiles the JSON Schemas of `schemas/` into `src/protocol/generated/`: standalone validators by ajv, so that
 * the executable generates no code at run time, and the TypeScript types of what has passed them.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";

const SCHEMA_FOLDER = new URL("../schemas/", import.meta.url);
const GENERATED_FOLDER = new URL("../src/protocol/generated/", import.meta.url);

interface Schema {
  readonly $id: string;
  readonly title: string;
  readonly [keyword: string]: unknown;
}

async function readSchemas(): Promise<Schema[]> {
  const files = (await readdir(SCHEMA_FOLDER)).filter((file) => file.endsWith(".schema.json")).sort();
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(new URL(file, SCHEMA_FOLDER), "utf8")) as Schema),
  );
}

/** ajv's standalone module: one export a schema, named `validate` and the schema's title. */
function validatorModule(schemas: readonly Schema[]): string {
  const ajv = new Ajv2020({
    schemas: [...schemas],
    strict: true,
    allErrors: true,
    code: { source: true, esm: true, lines: true },
  });
  const exports = Object.fromEntries(schemas.map((schema) => [`validate${schema.title}`, schema.$id]));
  return standaloneCode(ajv, exports);
}

/** The types of the schemas, and what TypeScript has to know of the validator module. */
async function typeModule(schemas: readonly Schema[]): Promise<string> {
  const types = new Map<string, string>();
  for (const schema of schemas) {
    const source = await compile(inlineReferences(schema, schemas), schema.title, {
      bannerComment: "",
      declareExternallyReferenced: true,
      format: false,
      ignoreMinAndMaxItems: true,
    });
    types.set(schema.title, source);
  }
  const validators = schemas.map(
    (schema) => `export declare const validate${schema.title}: Validator<${schema.title}>;`,
  );
  return [
    `import type { ErrorObject } from "ajv";`,
    `export interface Validator<T> { (data: unknown): data is T; errors?: ErrorObject[] | null }`,
    ...types.values(),
    ...validators,
  ].join("\n");
}

/** The type generator resolves no `$ref` by `$id`, so the schema that is meant takes its place. */
function inlineReferences(schema: Schema, schemas: readonly Schema[]): Record<string, unknown> {
  const inlined: unknown = JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$ref" in value)) {
      return value;
    }
    const target = schemas.find((candidate) => candidate.$id.endsWith(`/${String(value.$ref)}`));
    if (target === undefined) {
      throw new Error(`${schema.$id} refers to ${String(value.$ref)}, which is not in schemas/`);
    }
    const { title: _title, $id: _id, ...inline } = target;
    return inline;
  });
  return inlined as Record<string, unknown>;
}

/** Writes the validators and their types. */
export async function generateValidators(): Promise<void> {
  const schemas = await readSchemas();
  await mkdir(GENERATED_FOLDER, { recursive: true });
  await writeFile(new URL("validators.js", GENERATED_FOLDER), validatorModule(schemas));
  await writeFile(new URL("validators.d.ts", GENERATED_FOLDER), await typeModule(schemas));
}

if (import.meta.main) {
  await generateValidators();
}
