//! Generated Rust, taken apart: what reaches the wire, what `validate()` goes by, what is only said.

use feishu_openapi_codegen::emit;
use feishu_openapi_codegen::ir::Api;

/// The lines of all generated files, without comments and blanks, by what they are for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// How values are sent and read.
    pub(crate) wire: Vec<String>,
    /// What `validate()` checks.
    pub(crate) validation: Vec<String>,
    /// Names, types, bounds: what programs are compiled against.
    pub(crate) interface: Vec<String>,
}

/// Where the current line belongs.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Wire,
    Validation,
    Fact,
    Interface,
}

/// Constants that describe an operation and neither change a request nor an interface.
const FACTS: [&str; 5] = ["page:", "scopes:", "rate_limits:", "errors:", "repeatable:"];

impl Parts {
    /// Takes the Rust of an API apart.
    pub(crate) fn of(api: &Api) -> Parts {
        let mut parts = Parts::default();
        for file in emit(api) {
            // A block of another part ends with the indentation it started with.
            let mut block: Option<(Part, usize)> = None;
            for line in file.text.lines().filter(|line| !is_text(line)) {
                let indent = line.len() - line.trim_start().len();
                let part = match block {
                    Some((part, depth)) => {
                        if indent <= depth {
                            block = None;
                        }
                        part
                    }
                    None => {
                        let part = part(line.trim());
                        if part != Part::Interface && (line.ends_with('{') || line.ends_with("[")) {
                            block = Some((part, indent));
                        }
                        part
                    }
                };
                parts.add(part, line.trim());
            }
        }
        parts
    }

    fn add(&mut self, part: Part, line: &str) {
        match part {
            Part::Wire => self.wire.push(line.to_owned()),
            Part::Validation => self.validation.push(line.to_owned()),
            Part::Interface => self.interface.push(line.to_owned()),
            Part::Fact => {}
        }
    }
}

fn is_text(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with("//") || line.starts_with("#[doc")
}

fn part(line: &str) -> Part {
    let wire = [
        "fn encode",
        "rt::object!",
        "rt::paged!",
        "rt::open_enum!",
        "method:",
        "path:",
        "keyed:",
        "rt::builder!",
        "const TYPE:",
    ];
    if FACTS.iter().any(|fact| line.starts_with(fact)) {
        Part::Fact
    } else if line.starts_with("fn constraints") {
        Part::Validation
    } else if wire.iter().any(|start| line.starts_with(start)) {
        Part::Wire
    } else {
        Part::Interface
    }
}
