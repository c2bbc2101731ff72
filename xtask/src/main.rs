//! The tasks of this repository; `cargo xtask help` lists them.

mod spec;

fn main() {
    let root = spec::root();
    let sources = spec::read_all(&root).unwrap();
    match feishu_openapi_codegen::read(&sources) {
        Ok(api) => println!("{} versions", api.versions.len()),
        Err(diagnostics) => {
            for located in diagnostics.locate(&sources) {
                println!("{}", feishu_openapi_codegen::report::human(&located, &sources, false));
            }
        }
    }
}
