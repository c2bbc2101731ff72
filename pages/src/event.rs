//! Puts the parts of an event's page together: in the form of an operation, so that both are compared in one way.

use crate::facts::{OperationFacts, Source, Stated};
use crate::fields::{self, Leveled};
use crate::front::Format;
use crate::head;
use crate::operation::{example, field_list, nesting, prose, silent, stray_rows, tables};
use crate::problems::Problems;
use crate::sections::{Part, Section};

/// What stands where operations have their HTTP method.
pub const EVENT_METHOD: &str = "EVENT";

/// Reads the parts of an event: its type is the path, the content of `event` is the answer, and the example stands where
/// operations have that of their answer.
///
/// The envelope around the content is the same for all events, and no fact of any.
pub(crate) fn event(source: Source, sections: &[Section], format: Format, problems: &mut Problems) -> OperationFacts {
    let mut facts = OperationFacts {
        source,
        wrapped: true,
        silent: silent(format),
        prose: prose(sections),
        ..OperationFacts::default()
    };
    stray_rows(sections, problems);
    for section in sections {
        match section.part {
            Part::Event => {
                for table in tables(section) {
                    let head = head::read(table, problems);
                    facts.path = head.event_type.unwrap_or_default();
                    facts.method = Stated::new(EVENT_METHOD, facts.path.line);
                    facts.app_types = head.app_types;
                    facts.scopes = head.scopes;
                    facts.field_scopes = head.field_scopes;
                }
            }
            Part::EventBody => {
                let items = content(field_list(section, format, problems), format, section.line, problems);
                facts.response_nesting = nesting(&items, format);
                facts.response = fields::tree(items, problems);
            }
            Part::EventExample => facts.response_examples.extend(example(section, problems)),
            _ => {}
        }
    }
    if facts.path.value.is_empty() {
        problems.push(1, "no event type");
    }
    facts
}

/// Takes the envelope off: what stands below `event`, or after it where the nesting is lost.
fn content(mut items: Vec<Leveled>, format: Format, line: usize, problems: &mut Problems) -> Vec<Leveled> {
    let Some(at) = items.iter().position(|(level, item)| *level == 0 && item.name == "event") else {
        problems.push(line, "no field `event`");
        return Vec::new();
    };
    let fields = items.split_off(at + 1).into_iter();
    if format == Format::FlatMarkdown {
        return fields.collect();
    }
    fields.take_while(|(level, _)| *level > 0).map(|(level, item)| (level - 1, item)).collect()
}
