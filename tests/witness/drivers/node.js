// Makes the documented calls with @larksuiteoapi/node-sdk, as its methods and their declarations say.
//
// Reads a list of cases as JSON from standard input and writes a line of JSON for each, and one for the whole SDK;
// `tests/witness/src/driver.rs` describes both.

"use strict";

const fs = require("fs");
const lark = require("@larksuiteoapi/node-sdk");
const { Declarations, camel, snake } = require("./declarations.js");

const SILENT = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const TOKENS = { user_access_token: lark.withUserAccessToken, tenant_access_token: lark.withTenantToken };

async function main() {
  const cases = JSON.parse(fs.readFileSync(0, "utf8"));
  const declarations = new Declarations();
  for (const example of cases) {
    const line = { id: example.id };
    try {
      const names = example.id.split(".").map(camel);
      const method = names.reduce((found, name) => found?.[name], clientFor(example.base_url));
      if (method === undefined) {
        line.lacks = true;
      } else {
        line.declared = declarations.of(names);
        line.answer = await call(method, example);
      }
    } catch (error) {
      // What the SDK cannot do is a result, and the next case is tried all the same.
      line.error = String(error);
    }
    console.log(JSON.stringify(line));
  }
  const versions = new Set(cases.map((example) => example.id.split(".").slice(0, 2).join(".")));
  console.log(JSON.stringify({ operations: [...versions].sort().flatMap(operations) }));
}

/** Without the token cache the client fetches no tokens: the call says which one to use. */
function clientFor(domain) {
  return new lark.Client({ appId: "cli", appSecret: "none", domain, disableTokenCache: true, logger: SILENT });
}

/** The ids of all methods that the SDK has in a version; iterators make no calls of their own. */
function operations(prefix) {
  const [service, version] = prefix.split(".");
  const resources = Object.entries(clientFor("http://127.0.0.1")[camel(service)]?.[version] ?? {});
  return resources.flatMap(([resource, methods]) =>
    Object.keys(methods)
      .filter((name) => !name.endsWith("WithIterator"))
      .map((name) => `${prefix}.${snake(resource)}.${snake(name)}`),
  );
}

async function call(method, example) {
  const files = Object.entries(example.files).map(([name, file]) => [name, fs.createReadStream(file)]);
  const payload = { path: example.path, params: example.query };
  if (example.body !== null) {
    payload.data = { ...example.body, ...Object.fromEntries(files) };
  }
  const answer = await method(payload, TOKENS[example.token_type](example.token));
  // Uploads answer with the content of `data` alone.
  const content = files.length > 0 ? answer : answer?.data;
  if (files.length === 0 && answer?.code !== 0) {
    throw new Error(`the answer was understood as code ${answer?.code}, ${answer?.msg}`);
  }
  return content ?? null;
}

main();
