//! One event: its content, and its name on the wire.

use super::fields::{declaration, object};
use super::{docs, print, words};
use crate::ir::Event;

/// The parts of a file that define one event.
pub(crate) fn definition(event: &Event) -> Vec<String> {
    let mut attributes: Vec<String> =
        [&event.page.title, &event.event_type].into_iter().filter_map(|name| words::alias(name)).collect();
    attributes.push("derive(Clone, Debug, Default, PartialEq)".to_owned());
    attributes.push("non_exhaustive".to_owned());
    let declarations: String = event.fields.iter().map(declaration).collect();
    vec![
        print::structure(&docs::event(event), &attributes, &event.name, &declarations),
        object(&event.name, &event.fields),
        format!("impl rt::Event for {} {{\n    const TYPE: &'static str = {:?};\n}}\n", event.name, event.event_type),
    ]
}
