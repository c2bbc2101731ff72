//! `cargo xtask witness`: lets the official SDKs make the documented calls and says in what they and we differ.

use std::process::ExitCode;

use clap::Parser;
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_tests::{read, root, spec};
use feishu_openapi_witness::case::{Case, answer, operations};
use feishu_openapi_witness::compare::{Compared, compare};
use feishu_openapi_witness::difference::Difference;
use feishu_openapi_witness::fields::Spec;
use feishu_openapi_witness::report::Counts;
use feishu_openapi_witness::sdk::{FOLDER, Witness};
use feishu_openapi_witness::{driver, known, ours, report};

/// Let the official SDKs make the documented calls, and list in what they and our client differ.
#[derive(Parser)]
#[command(name = "cargo xtask witness", bin_name = "cargo xtask witness")]
struct Options {
    /// Ask the SDK for Node.js; without any of these, all are asked that can be.
    #[arg(long)]
    node: bool,
    /// Ask the SDK for Python.
    #[arg(long)]
    python: bool,
    /// Only this operation, such as `task.v2.task.add_members`.
    #[arg(long, value_name = "OPERATION")]
    only: Option<String>,
}

impl Options {
    fn asks_for(&self, witness: Witness) -> bool {
        match witness {
            Witness::Node => self.node,
            Witness::Python => self.python,
        }
    }

    fn asks_for_all(&self) -> bool {
        !self.node && !self.python
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
    let api = feishu_openapi_codegen::read(&spec())
        .map_err(|_| "the spec has mistakes; `cargo xtask lint` explains them".to_owned())?;
    let list = known::read(&read(&root.join("tests/witness/differences.yaml")))?;
    let cases: Vec<_> = operations(&api)
        .filter(|operation| options.only.as_ref().is_none_or(|only| operation.id == *only))
        .map(|operation| (Case::new(operation), answer(operation)))
        .collect();
    if let (Some(only), true) = (&options.only, cases.is_empty()) {
        return Err(format!("the spec has no operation `{only}`"));
    }

    let mut present = Vec::new();
    for witness in Witness::ALL.into_iter().filter(|witness| options.asks_for_all() || options.asks_for(*witness)) {
        match witness.prepare(&root) {
            Ok(command) => present.push((witness, command)),
            Err(missing) if options.asks_for(witness) => return Err(format!("{}: {missing}", witness.name())),
            Err(missing) => println!("{}: skipped, {missing}", witness.name()),
        }
    }
    if present.is_empty() {
        return Ok(());
    }
    let ours = ours::hear(&root, &folder.join("ours"))?;
    let mut found = Vec::new();
    let mut rows = Vec::new();
    let heard: Vec<Witness> = present.iter().map(|(witness, _)| *witness).collect();
    for (witness, command) in present {
        let statement =
            driver::hear(command, &cases, &folder).map_err(|error| format!("{}: {error}", witness.name()))?;
        let compared = compare_all(&api, &ours, &statement.calls)?;
        rows.push((witness, Counts::of(compared.iter().map(|(_, compared)| compared))));
        for (id, compared) in &compared {
            found.extend(compared.all().map(|text| (witness, difference(text, id))));
        }
        let ours_too = |id: &&String| operations(&api).any(|operation| operation.id == **id);
        let theirs_alone = statement.operations.iter().filter(|id| !ours_too(id) && options.only.is_none());
        found.extend(theirs_alone.map(|id| (witness, difference("operation: nothing, declared", id))));
    }

    // Of a part of the operations, nobody can say that something no longer occurs.
    let complete = if options.only.is_none() { &heard[..] } else { &[] };
    let outcome = known::judge(&list, complete, &found);
    println!("{}", report::table(&rows, cases.len()));
    println!("{} differences, {} of them not on the list", found.len(), outcome.unknown.len());
    let page = |id: &str| Some(operations(&api).find(|operation| operation.id == id)?.page.url.clone());
    let wrong = report::explain(&outcome, page);
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong}tests/witness/differences.yaml says what is known")) }
}

fn difference(text: &str, operation: &str) -> Difference {
    Difference { text: text.to_owned(), operation: operation.to_owned() }
}

fn compare_all(
    api: &Api,
    ours: &std::collections::BTreeMap<String, ours::OurCall>,
    calls: &[(Option<feishu_openapi_tests::recorder::Recorded>, driver::Testimony)],
) -> Result<Vec<(String, Compared)>, String> {
    let spec = Spec::new(api);
    let compare_one = |(request, testimony): &(_, driver::Testimony)| {
        let operation = operations(api).find(|operation| operation.id == testimony.id);
        let operation = operation.ok_or_else(|| format!("the driver speaks of {}", testimony.id))?;
        let ours = ours.get(&testimony.id).ok_or_else(|| format!("our client made no call of {}", testimony.id))?;
        let fields = spec.fields(operation);
        let request: &Option<feishu_openapi_tests::recorder::Recorded> = request;
        Ok((operation.id.clone(), compare(operation, &fields, ours, request.as_ref(), testimony)))
    };
    calls.iter().map(compare_one).collect()
}
