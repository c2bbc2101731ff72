//! `cargo xtask witness`: lets the official SDKs make the documented calls and says in what they and we differ.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Parser;
use feishu_openapi_codegen::ir::{Api, Operation};
use feishu_openapi_tests::{read, root, spec};
use feishu_openapi_witness::case::{Case, answer, operations};
use feishu_openapi_witness::compare::compare;
use feishu_openapi_witness::difference::Difference;
use feishu_openapi_witness::driver::{self, Heard};
use feishu_openapi_witness::fields::Spec;
use feishu_openapi_witness::ours::{self, OurCall};
use feishu_openapi_witness::report::Counts;
use feishu_openapi_witness::sdk::{FOLDER, Witness};
use feishu_openapi_witness::{known, report};

/// Let the official SDKs make the documented calls, and list in what they and our client differ.
#[derive(Parser)]
#[command(name = "cargo xtask witness", bin_name = "cargo xtask witness")]
struct Options {
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
    match run(&Options::parse()) {
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
