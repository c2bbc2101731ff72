//! `cargo xtask witness`: lets the official SDKs make the documented calls and says in what they and we differ.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Args, Parser, Subcommand};
use feishu_openapi_codegen::ir::{Api, Operation};
use feishu_openapi_tests::{read, root, spec, spec_of};
use feishu_openapi_witness::case::{Case, answer, operations};
use feishu_openapi_witness::compare::compare;
use feishu_openapi_witness::difference::Difference;
use feishu_openapi_witness::driver::{self, Heard};
use feishu_openapi_witness::fields::Spec;
use feishu_openapi_witness::ours::{self, OurCall};
use feishu_openapi_witness::report::Counts;
use feishu_openapi_witness::sdk::{self, FOLDER, Witness};
use feishu_openapi_witness::types::{self, Kind, SdkOperation};
use feishu_openapi_witness::{known, report};

/// Let the official SDKs make the documented calls, and list in what they and our client differ.
#[derive(Parser)]
#[command(name = "cargo xtask witness", bin_name = "cargo xtask witness", args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    task: Option<Task>,
    /// Ask the SDK for Node.js; without this and `--python`, those are asked that can be.
    #[arg(long)]
    node: bool,
    /// Ask the SDK for Python.
    #[arg(long)]
    python: bool,
    /// Compare only this operation, such as `task.v2.task.add_members`.
    #[arg(long, value_name = "OPERATION")]
    only: Option<String>,
}

#[derive(Subcommand)]
enum Task {
    /// Compare what the spec and the SDK for Node.js declare, without a call: the whole platform in seconds.
    Types(TypesOptions),
}

#[derive(Args)]
struct TypesOptions {
    /// Compare this folder instead of `spec`, drafts for example.
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,
    /// Compare only operations whose name begins so, such as `im.v1`.
    #[arg(long, value_name = "PREFIX", default_value = "")]
    only: String,
    /// List these differences, not only count them; `type`, `required` and `only-spec` may be mistakes of the spec.
    #[arg(long, value_name = "KIND")]
    list: Vec<Kind>,
    /// Print the SDK's operations instead, a line `METHOD path name` for each.
    #[arg(long)]
    names: bool,
}

impl Options {
    fn names(&self, witness: Witness) -> bool {
        match witness {
            Witness::Node => self.node,
            Witness::Python => self.python,
        }
    }

    /// The witnesses to hear, with the commands that run their drivers. One that was not named may be missing.
    fn present(&self, root: &Path) -> Result<Vec<(Witness, Command)>, String> {
        let all = !self.node && !self.python;
        let mut present = Vec::new();
        for witness in Witness::ALL.into_iter().filter(|witness| all || self.names(*witness)) {
            match witness.prepare(root) {
                Ok(command) => present.push((witness, command)),
                Err(missing) if all => println!("{}: skipped, {missing}", witness.name()),
                Err(missing) => return Err(format!("{}: {missing}", witness.name())),
            }
        }
        Ok(present)
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.task {
        None => run(&options),
        Some(Task::Types(options)) => compare_types(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let root = root();
    let folder = root.join(FOLDER);
    let list = known::read(&read(&root.join("tests/witness/differences.yaml")))?;
    let api = feishu_openapi_codegen::read(&spec());
    let api = api.map_err(|_| "the spec has mistakes; `cargo xtask lint` explains them")?;
    let wanted = |operation: &&Operation| options.only.as_ref().is_none_or(|only| operation.id == *only);
    let cases: Vec<_> = operations(&api).filter(wanted).map(|case| (Case::new(case), answer(case))).collect();
    if let (Some(only), true) = (&options.only, cases.is_empty()) {
        return Err(format!("the spec has no operation `{only}`"));
    }
    let present = options.present(&root)?;
    if present.is_empty() {
        return Ok(());
    }
    let mut hearing = Hearing { calls: ours::hear(&root, &folder.join("ours"))?, ..Hearing::default() };
    for (witness, command) in present {
        let heard = driver::hear(command, &cases, &folder);
        hearing.add(&api, witness, &heard.map_err(|error| format!("{}: {error}", witness.name()))?)?;
    }
    let complete = options.only.is_none();
    // Of a part of the operations, nobody can say that something no longer occurs.
    let heard: Vec<Witness> = hearing.rows.iter().map(|(witness, _)| *witness).filter(|_| complete).collect();
    let Hearing { mut found, beyond, rows, .. } = hearing;
    found.extend(beyond.into_iter().filter(|_| complete));
    let outcome = known::judge(&list, &heard, &found);
    println!("{}", report::table(&rows, cases.len()));
    println!("{} differences, {} not on the list", found.len(), outcome.unknown.len());
    let page = |id: &str| Some(operations(&api).find(|operation| operation.id == id)?.page.url.clone());
    let wrong = report::explain(&outcome, page);
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong}tests/witness/differences.yaml is the list")) }
}

fn compare_types(options: &TypesOptions) -> Result<(), String> {
    let files = match &options.spec {
        None => spec(),
        Some(folder) if folder.is_dir() => spec_of(folder),
        Some(folder) => return Err(format!("{}: no folder", folder.display())),
    };
    let mut api = feishu_openapi_codegen::read(&files);
    let api = api.as_mut().map_err(|_| "the spec has mistakes; `cargo xtask lint` explains them")?;
    for resource in api.versions.iter_mut().flat_map(|version| &mut version.resources) {
        resource.operations.retain(|operation| operation.id.starts_with(&options.only));
    }
    let command = sdk::node(&root(), "types.js")?;
    let sdk = types::hear(command, api)?;
    if options.names {
        let line = |operation: &SdkOperation| format!("{} {} {}\n", operation.method, operation.path, operation.id);
        let lines: String = sdk.iter().map(line).collect();
        // A reader that has seen enough, such as `head`, closes the pipe.
        let _ = std::io::stdout().write_all(lines.as_bytes());
        return Ok(());
    }
    let list = known::read(&read(&root().join("tests/witness/differences.yaml")))?;
    let comparison = types::compare(api, &sdk, &list);
    let page = |id: &str| Some(operations(api).find(|operation| operation.id == id)?.page.url.clone());
    println!("{}", types::report(&comparison, &options.list, page));
    Ok(())
}

/// What comes out.
#[derive(Default)]
struct Hearing {
    /// Our half, by operation.
    calls: BTreeMap<String, OurCall>,
    found: Vec<(Witness, Difference)>,
    /// Operations that only SDKs have.
    beyond: Vec<(Witness, Difference)>,
    rows: Vec<(Witness, Counts)>,
}

impl Hearing {
    fn add(&mut self, api: &Api, witness: Witness, heard: &Heard) -> Result<(), String> {
        let spec = Spec::new(api);
        let by_id: BTreeMap<&str, &Operation> = operations(api).map(|found| (found.id.as_str(), found)).collect();
        let mut all = Vec::new();
        for (request, testimony) in &heard.calls {
            let id = testimony.id.as_str();
            let (Some(operation), Some(ours)) = (by_id.get(id), self.calls.get(id)) else {
                return Err(format!("our client made no call of {id}"));
            };
            let compared = compare(operation, &spec.fields(operation), ours, request.as_ref(), testimony);
            self.found.extend(compared.all().into_iter().map(|text| (witness, difference(text, id))));
            all.push(compared);
        }
        self.rows.push((witness, Counts::of(&all)));
        let beyond = heard.operations.iter().filter(|id| !by_id.contains_key(id.as_str()));
        self.beyond.extend(beyond.map(|id| (witness, difference("operation: nothing, declared", id))));
        Ok(())
    }
}

fn difference(text: &str, operation: &str) -> Difference {
    Difference { text: text.to_owned(), operation: operation.to_owned() }
}
