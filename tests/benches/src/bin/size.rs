//! A program with three operations: what it costs to compile, clients built before, and how large it is.

use std::path::Path;
use std::{fs, io};

use feishu_openapi_benches::crates::{Crate, root};

/// A program of `programs/` and what it depends on besides tokio.
struct Program {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    dependencies: String,
}

/// With the features that our client has it with.
const REQWEST: &str = "reqwest = { version = \"0.13\", default-features = false, features = [\"http2\", \"json\", \"query\", \"rustls\", \"system-proxy\"] }\n";

fn main() -> io::Result<()> {
    let root = root()?;
    let theirs = Crate::progenitor("progenitor positional", "positional", 1);
    theirs.write(&root)?;
    println!("| program | check CPU s | debug CPU s | release CPU s | size, stripped (KB) |");
    println!("| --- | --- | --- | --- | --- |");
    for program in programs(&root, &theirs) {
        let measured = program.to_crate();
        measured.write(&root)?;
        let check = measured.cost(&root, &["check"])?.seconds;
        let debug = measured.cost(&root, &["build"])?.seconds;
        let release = measured.cost(&root, &["build", "--release"])?.seconds;
        let binary = root.join("target/bench/target/release").join(program.name);
        let size = fs::metadata(binary)?.len() / 1000;
        println!("| {} | {check:.2} | {debug:.2} | {release:.2} | {size} |", program.name);
    }
    Ok(())
}

fn programs(root: &Path, theirs: &Crate) -> [Program; 3] {
    let ours = root.join("generated");
    [
        Program {
            name: "ours",
            files: &[("main.rs", include_str!("../../programs/ours.rs"))],
            dependencies: format!("feishu-openapi = {{ path = {ours:?} }}\n"),
        },
        Program {
            name: "hand-written",
            files: &[("main.rs", include_str!("../../programs/hand.rs")), ("hand.rs", include_str!("../hand.rs"))],
            dependencies: format!(
                "{REQWEST}serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n"
            ),
        },
        Program {
            name: "progenitor",
            files: &[("main.rs", include_str!("../../programs/progenitor.rs"))],
            dependencies: format!("{REQWEST}client = {{ path = {:?} }}\nserde_json = \"1\"\n", theirs.folder(root)),
        },
    ]
}

impl Program {
    fn to_crate(&self) -> Crate {
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [profile.release]\nstrip = true\n\
             [dependencies]\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n{}[workspace]\n",
            self.name, self.dependencies
        );
        let files = self.files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Crate { name: format!("program {}", self.name), manifest, files }
    }
}
