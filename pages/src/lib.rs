//! Reads the documentation pages of Feishu's server APIs.
//!
//! Text in, facts out: no disk, no network, and no knowledge of any one service.
//! [`read`] tells what a page is and what it says, [`compare`] holds two readings against each
//! other, [`draft`] writes the operation that a maintainer starts from.
//!
//! Nothing is skipped in silence: whatever stands where facts should stand and could not be read
//! is a [`Problem`] with its line.

mod blocks;
mod compare;
mod description;
mod digest;
mod draft;
mod entries;
mod enums;
mod event;
mod examples;
mod facts;
mod fields;
mod front;
mod head;
mod inline;
mod markup;
mod notes;
mod operation;
mod problems;
mod prose;
mod rules;
mod scopes;
mod sections;
mod types;
mod value;

use serde::{Deserialize, Serialize};

pub use compare::{Comparison, Difference, Group, Waived, Waiver, compare};
pub use draft::draft;
pub use event::EVENT_METHOD;
pub use facts::{EnumValue, ErrorRow, Example, Fact, Item, Nesting, OperationFacts, RateLimit, Source, Stated};
pub use front::Format;
pub use problems::Problem;
pub use prose::{Claim, hints, prose_states, states};
pub use types::{Ty, type_of_text};
pub use value::{fits_type, same_value, value_of_text};

use problems::Problems;
use sections::{Part, Section};

/// What a page is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// One operation.
    Operation,
    /// One event.
    Event,
    /// Running text.
    Overview,
    /// Nothing that we know.
    #[default]
    Unknown,
}

/// A page, read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The name it was given, for messages.
    pub name: String,
    /// The shape that it was saved in.
    pub format: Format,
    /// What it is about.
    pub kind: Kind,
    /// Title, path, address, update time.
    pub source: Source,
    /// What it says, if it is about an operation, or about an event: then the method is [`EVENT_METHOD`], the path is
    /// the type of the event, and the response is what the event carries, without the envelope.
    pub facts: Option<OperationFacts>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Reads a page; `name` is only repeated in the answer.
///
/// ```
/// let page = feishu_openapi_pages::read(
///     "feed.md",
///     "## 请求\n\n| 项目 | 值 |\n| --- | --- |\n\
///      | HTTP URL | https://open.feishu.cn/open-apis/pond/v1/fish/:id |\n| HTTP Method | GET |\n",
/// );
/// let facts = page.facts.ok_or("no operation")?;
/// assert_eq!(facts.path.value, "/open-apis/pond/v1/fish/{id}");
/// assert!(page.problems.iter().any(|problem| problem.what.contains("响应体")));
/// # Ok::<(), &str>(())
/// ```
pub fn read(name: &str, text: &str) -> Page {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::default();
    let format = front::format_of(text);
    let (mut source, front) = front::read(text, &mut problems);
    // Code blocks of overview pages are often broken; that concerns nobody.
    let mut block_problems = Problems::default();
    let blocks = blocks::blocks(text, front, &mut block_problems);
    source.heading = heading(&blocks);
    if source.title.is_none() {
        source.title = source.heading.clone();
    }
    let sections = sections::sections(blocks);
    let kind = kind(&sections, text);
    let mut page = Page { name: name.to_owned(), format, kind, source: source.clone(), ..Page::default() };
    match kind {
        Kind::Operation => {
            page.facts = Some(operation::operation(source, &sections, format, &mut problems));
        }
        Kind::Event => {
            page.facts = Some(event::event(source, &sections, format, &mut problems));
        }
        Kind::Overview => block_problems = Problems::default(),
        Kind::Unknown => problems.push(1, "no page that we know"),
    }
    page.problems = problems.into_vec();
    page.problems.extend(block_problems.into_vec());
    page.problems.sort();
    page
}

fn heading(blocks: &[blocks::Block]) -> Option<Stated<String>> {
    blocks.iter().find_map(|block| match block {
        blocks::Block::Heading { line, text, .. } => Some(Stated::new(text.as_str(), *line)),
        _ => None,
    })
}

fn kind(sections: &[Section], text: &str) -> Kind {
    let has_head = |part: Part| {
        sections.iter().any(|section| {
            section.part == part
                && section
                    .blocks
                    .iter()
                    .any(|block| matches!(block, blocks::Block::Table(table) if head::is_head(table)))
        })
    };
    let has = |part: Part| sections.iter().any(|section| section.part == part);
    if has_head(Part::Request) {
        Kind::Operation
    } else if has_head(Part::Event) {
        Kind::Event
    } else if has(Part::Request) && has(Part::Answer) {
        // Its head is gone; what is left says so.
        Kind::Operation
    } else if text.trim().is_empty() {
        Kind::Unknown
    } else {
        Kind::Overview
    }
}
