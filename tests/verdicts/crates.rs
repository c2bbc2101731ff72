//! Generated crates and programs that use them, checked by the compiler in one run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use feishu_openapi_codegen::emit;
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_tests::root;

/// What a generated crate is put into; the real one has the same shape.
const LIBRARY: &str = r#"
#![allow(missing_docs, unused)]

mod generated;

pub use feishu_openapi_runtime as rt;
pub use generated::*;

#[derive(Clone, Debug)]
pub struct Client<I = rt::Tenant>(std::marker::PhantomData<I>);

impl<I: rt::Identity> Client<I> {
    fn call<R: rt::Request + rt::Accepts<I>>(&self, _request: R) -> rt::Call<R> {
        unimplemented!("programs are compiled, not run")
    }
}
"#;

const MANIFEST: &str = r#"
[package]
name = "{name}"
version = "0.0.0"
edition = "2024"

[lib]
name = "api"
doctest = false

[features]
default = ["demo-v1", "demo-v2"]
demo-v1 = []
demo-v2 = []

[dependencies]
feishu-openapi-runtime = { path = "{runtime}", default-features = false }
"#;

/// A workspace of generated crates in the target folder.
pub(crate) struct Crates {
    folder: PathBuf,
    members: Vec<String>,
}

impl Crates {
    /// An empty workspace; the dependencies it built before stay.
    pub(crate) fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verdicts");
        let _ = fs::remove_dir_all(folder.join("crates"));
        Crates { folder, members: Vec::new() }
    }

    /// Adds the crate of an API.
    pub(crate) fn add(&mut self, name: &str, api: &Api) {
        let mut api = api.clone();
        // Error tables are data behind a macro; they are no part of what programs are compiled against.
        let resources = api.versions.iter_mut().flat_map(|version| &mut version.resources);
        resources.flat_map(|resource| &mut resource.operations).for_each(|operation| operation.errors.clear());
        let package = self.folder.join("crates").join(name);
        let runtime = root().join("runtime").display().to_string().replace('\\', "/");
        write(&package.join("Cargo.toml"), &MANIFEST.replace("{name}", name).replace("{runtime}", &runtime));
        write(&package.join("src/lib.rs"), LIBRARY);
        for file in emit(&api) {
            write(&package.join("src/generated").join(file.path), &file.text);
        }
        self.members.push(name.to_owned());
    }

    /// Adds a program that uses a crate of the workspace.
    pub(crate) fn program(&self, package: &str, name: &str, text: &str) {
        let path = self.folder.join("crates").join(package).join("examples").join(format!("{name}.rs"));
        write(&path, &format!("#![allow(unused)]\n\n{text}\n\nfn main() {{}}\n"));
    }

    /// The programs that do not compile, as `package/name`, and what the compiler says of them.
    pub(crate) fn check(&self) -> (BTreeSet<String>, String) {
        let members: Vec<String> = self.members.iter().map(|name| format!("\"crates/{name}\"")).collect();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        write(&self.folder.join("Cargo.toml"), &manifest);
        // The versions of the workspace, so that nothing is looked up or downloaded.
        fs::copy(root().join("Cargo.lock"), self.folder.join("Cargo.lock")).expect("the workspace has a lock file");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["check", "--workspace", "--lib", "--examples", "--keep-going", "--offline", "--message-format=json"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo can be run");
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(messages.contains("\"reason\":\"build-finished\""), "cargo did not get to the compiler:\n{log}");
        failures(&messages)
    }
}

/// Targets with errors, and their errors.
fn failures(messages: &str) -> (BTreeSet<String>, String) {
    let mut failed = BTreeSet::new();
    let mut errors = String::new();
    for line in messages.lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        if message["reason"] != "compiler-message" || message["message"]["level"] != "error" {
            continue;
        }
        let manifest = Path::new(message["manifest_path"].as_str().unwrap_or_default());
        let package = manifest.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let target = format!("{package}/{}", message["target"]["name"].as_str().unwrap_or_default());
        errors.push_str(&format!("{target}: {}\n", message["message"]["rendered"].as_str().unwrap_or_default()));
        failed.insert(target);
    }
    (failed, errors)
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file stands in a folder");
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
