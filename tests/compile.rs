//! What must compile and what must not: the calls of the README, wrong identities, and the Rust of every fixture.

use std::fs;
use std::path::{Path, PathBuf};

use feishu_openapi_codegen::{Source, generate};
use feishu_openapi_tests::{common, root, yaml_files};

#[test]
fn the_compiler_agrees() {
    let fixtures = write_fixtures(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let cases = trybuild::TestCases::new();
    cases.pass("accepted/*.rs");
    cases.pass(fixtures);
    cases.compile_fail("identity/*.rs");
}

/// A crate of all fixtures together: the client by hand, and the generated module.
fn write_fixtures(folder: &Path) -> PathBuf {
    let folder = folder.join("fixtures");
    let _ = fs::remove_dir_all(&folder);
    let mut sources = vec![common()];
    for (name, text) in yaml_files("fixtures") {
        sources.push(Source::new(format!("spec/demo/v1/{name}.yaml"), text));
    }
    let files = generate(&sources).expect("no fixture has a mistake");
    for file in &files {
        // Features are for users; here everything is compiled.
        let text = file.text.replace("#[cfg(feature = \"demo-v1\")]\n", "");
        write(&folder.join("generated").join(&file.path), &text);
    }
    let client = fs::read_to_string(root().join("generated/src/client.rs")).expect("the client");
    write(&folder.join("client.rs"), &client);
    write(
        &folder.join("main.rs"),
        "#![allow(dead_code, unexpected_cfgs, unused_imports)]\n\
         mod client;\nmod generated;\n\
         use feishu_openapi_runtime as rt;\n\
         pub use client::Client;\npub use generated::*;\n\
         fn main() {}\n",
    );
    folder.join("main.rs")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
    fs::write(path, text).expect("a writable file");
}
