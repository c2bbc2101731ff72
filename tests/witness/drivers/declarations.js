// Reads the declarations of @larksuiteoapi/node-sdk: which fields each method takes and gives.

"use strict";

const fs = require("fs");
const path = require("path");
const typescript = require("typescript");

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The declarations of the package: its types are written out in full, so that a syntax tree says everything. */
class Declarations {
  constructor() {
    const root = path.dirname(require.resolve("@larksuiteoapi/node-sdk/package.json"));
    const text = fs.readFileSync(path.join(root, "types", "index.d.ts"), "utf8");
    const tree = typescript.createSourceFile("index.d.ts", text, typescript.ScriptTarget.Latest, false);
    this.classes = tree.statements.filter(typescript.isClassDeclaration);
  }

  of([service, ...names]) {
    for (const declaration of this.classes) {
      const method = names.reduce((type, name) => member(type, name)?.type, member(declaration, service)?.type);
      if (method !== undefined) {
        return { fields: fields(method) };
      }
    }
    throw new Error(`no declaration of ${[service, ...names].join(".")}`);
  }
}

function member(type, name) {
  return withoutNothing(type)?.members?.find((candidate) => candidate.name && nameOf(candidate) === name);
}

const nameOf = (property) => property.name.text;

function fields(method) {
  const found = {};
  const [payload] = method.parameters;
  for (const [part, place] of Object.entries({ path: "path", params: "query", data: "body" })) {
    const declared = member(payload?.type, part);
    walkMembers(declared?.type, place, found);
  }
  // Promise<{code, msg, data}>, or the content of `data` alone, or null.
  const [answer] = method.type.typeArguments;
  walkMembers(member(answer, "code") ? member(answer, "data")?.type : answer, "answer", found);
  return found;
}

function walkMembers(type, place, found) {
  for (const property of withoutNothing(type)?.members ?? []) {
    if (typescript.isPropertySignature(property)) {
      walk(property.type, `${place}.${nameOf(property)}`, property.questionToken === undefined, found);
    }
  }
}

function walk(declared, place, required, found) {
  const type = withoutNothing(declared);
  const element = elementOf(type);
  found[place] = { kind: kindOf(type, element), required };
  if (element) {
    walk(element, `${place}[]`, true, found);
  } else {
    walkMembers(type, place, found);
  }
}

/** `T | undefined` and `T | null` are `T`. */
function withoutNothing(type) {
  if (type === undefined || !typescript.isUnionTypeNode(type)) {
    return type;
  }
  const nothing = (part) =>
    part.kind === typescript.SyntaxKind.UndefinedKeyword || part.literal?.kind === typescript.SyntaxKind.NullKeyword;
  const parts = type.types.filter((part) => !nothing(part));
  return parts.length === 1 ? withoutNothing(parts[0]) : { ...type, types: parts };
}

function elementOf(type) {
  if (typescript.isArrayTypeNode(type)) {
    return typescript.isParenthesizedTypeNode(type.elementType) ? type.elementType.type : type.elementType;
  }
  return typescript.isTypeReferenceNode(type) && type.typeName.text === "Array" ? type.typeArguments[0] : undefined;
}

function kindOf(type, element) {
  const { SyntaxKind } = typescript;
  if (element) {
    return "list";
  }
  switch (type.kind) {
    case SyntaxKind.StringKeyword:
      return "string";
    case SyntaxKind.NumberKeyword:
      return "number";
    case SyntaxKind.BooleanKeyword:
      return "boolean";
    case SyntaxKind.TypeLiteral:
      return type.members.some(typescript.isIndexSignatureDeclaration) ? "map" : "object";
    case SyntaxKind.LiteralType:
      return kindOfLiteral(type.literal);
    case SyntaxKind.UnionType: {
      const kinds = new Set(type.types.map((part) => kindOf(part, elementOf(part))));
      return kinds.size === 1 ? [...kinds][0] : "any";
    }
    case SyntaxKind.TypeReference:
      return ["Buffer", "ReadStream"].includes(type.typeName.text ?? type.typeName.right?.text) ? "file" : "any";
    default:
      return "any";
  }
}

function kindOfLiteral(literal) {
  const { SyntaxKind } = typescript;
  switch (literal.kind) {
    case SyntaxKind.StringLiteral:
      return "string";
    case SyntaxKind.NumericLiteral:
      return "number";
    default:
      return "boolean";
  }
}

module.exports = { Declarations, camel, snake };
