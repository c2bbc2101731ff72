// Lists all operations of @larksuiteoapi/node-sdk, with the declared fields of those that are asked for.
//
// Reads a JSON list of `METHOD path` with `{}` for each parameter of the path from standard input, and writes a line of
// JSON for each method of the SDK: its name as an `operationId`, what it calls, and its fields if it was asked for.
// No request leaves this process.

"use strict";

const fs = require("fs");
const lark = require("@larksuiteoapi/node-sdk");
const { Declarations, camel, snake } = require("./declarations.js");

const SILENT = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const DOMAIN = "http://sdk";

async function main() {
  const wanted = new Set(JSON.parse(fs.readFileSync(0, "utf8")));
  const declarations = new Declarations();
  const recorder = new Recorder();
  const settings = { appId: "cli", appSecret: "none", domain: DOMAIN, disableTokenCache: true, logger: SILENT };
  const client = new lark.Client({ ...settings, httpInstance: recorder });
  for (const names of methods(client)) {
    const call = await recorder.record(names.reduce((found, name) => found[name], client));
    const line = { id: names.map(snake).join("."), ...call };
    if (wanted.has(`${call.method} ${call.path}`.replace(/\{[^}]*\}/g, "{}"))) {
      line.fields = declarations.of(names).fields;
    }
    console.log(JSON.stringify(line));
  }
}

/** The names on the way to each method: service, version, resources, method. Iterators make no calls of their own. */
function* methods(client) {
  for (const service of Object.keys(client)) {
    for (const [version, found] of Object.entries(client[service] ?? {})) {
      if (/^v\d+$/.test(version) && typeof found === "object") {
        yield* below(found, [service, version]);
      }
    }
  }
}

function* below(found, names) {
  for (const [name, value] of Object.entries(found)) {
    if (typeof value === "function" && !name.endsWith("WithIterator")) {
      yield [...names, name];
    } else if (typeof value === "object" && value !== null) {
      yield* below(value, [...names, name]);
    }
  }
}

/** Takes the place of the HTTP client, and remembers what would have been sent. */
class Recorder {
  async request({ method, url }) {
    this.sent = { method: method.toUpperCase(), path: decodeURI(url).replace(DOMAIN, "") };
    return { code: 0, data: {}, writeFile() {}, headers: {} };
  }

  /** Calls a method until it misses no parameter of the path any more. */
  async record(method) {
    const path = {};
    for (;;) {
      this.sent = undefined;
      try {
        await method({ path, params: {}, data: {} }, lark.withTenantToken("none"));
      } catch (error) {
        const missing = /request miss (\S+) path argument/.exec(String(error))?.[1];
        if (missing !== undefined && !(missing in path)) {
          path[missing] = `{${missing}}`;
          continue;
        }
        if (this.sent === undefined) {
          return { error: String(error) };
        }
      }
      return this.sent ?? { error: "nothing was sent" };
    }
  }
}

main();
