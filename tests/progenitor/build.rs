//! Lets progenitor read the spec: a client for each version, and one function that makes any of its calls.

#[allow(unreachable_pub)]
#[path = "src/dispatch.rs"]
mod dispatch;
#[allow(unreachable_pub)]
#[path = "src/generate.rs"]
mod generate;
#[allow(unreachable_pub)]
#[path = "src/single.rs"]
mod single;
#[allow(unreachable_pub)]
#[path = "src/strip.rs"]
mod strip;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, panic};

use feishu_openapi_codegen::Source;
use feishu_openapi_codegen::bundle::bundle;
use progenitor_impl::InterfaceStyle;
use serde_json::Value;

const SPEC: &str = "../../spec";

fn main() {
    println!("cargo::rerun-if-changed={SPEC}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    let mut sources = Vec::new();
    collect(Path::new(SPEC), &mut sources);
    let bundles = bundle(&sources).expect("the spec has no mistakes; `cargo xtask codegen` explains them");
    let mut clients = Vec::new();
    let mut refused = Vec::new();
    for bundle in bundles {
        let document: Value = serde_json::from_str(&bundle.json).expect("a bundle is JSON");
        refused.extend(refusals("as the bundle stands", &document));
        let mut half = document.clone();
        strip::error_responses(&mut half);
        refused.extend(refusals("without the `default` answer", &half));
        let mut stripped = document;
        strip::strip(&mut stripped);
        let name = format!("{}_{}", bundle.service, bundle.version);
        let client = match generate::generate(&stripped, InterfaceStyle::Positional) {
            Ok(client) => client,
            Err(reason) => panic!("progenitor does not take the stripped copy of {name}: {reason}"),
        };
        write(&out.join(format!("{name}.rs")), &client);
        clients.push((name, client));
    }
    write(&out.join("dispatch.rs"), &dispatch::dispatch(&clients));
    write(&out.join("refused.txt"), &table(&refused));
}

/// What progenitor says to each operation alone, where it takes it not: what was given and the answer, the operation.
fn refusals(given: &'static str, document: &Value) -> Vec<((&'static str, String), String)> {
    // What progenitor cannot take is a result here, and no reason to print anything.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let singles = single::operations(document).into_iter();
    let refusals = singles
        .filter_map(|(operation, document)| {
            let reason = generate::generate(&document, InterfaceStyle::Positional).err()?;
            Some(((given, reason), operation))
        })
        .collect();
    panic::set_hook(hook);
    refusals
}

fn table(refused: &[((&'static str, String), String)]) -> String {
    let mut reasons: BTreeMap<&(&str, String), Vec<&str>> = BTreeMap::new();
    for (reason, operation) in refused {
        reasons.entry(reason).or_default().push(operation);
    }
    let lines = reasons.into_iter().map(|((given, reason), operations)| {
        format!("{given}, {} operations: {reason}\n  {}\n", operations.len(), operations.join("\n  "))
    });
    lines.collect()
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let below = path.strip_prefix(SPEC).unwrap_or(&path);
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            sources.push(Source::new(format!("spec/{}", parts.join("/")), text));
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
