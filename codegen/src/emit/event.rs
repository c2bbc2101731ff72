//! One event: its content, and its name on the wire.

use super::fields::{declaration, object};
use super::{docs, print};
use crate::ir::Event;

/// The parts of a file that define one event.
pub(crate) fn definition(event: &Event) -> Vec<String> {
    let attributes = [
        format!("doc(alias = {:?})", event.page.title),
        format!("doc(alias = {:?})", event.event_type),
        "derive(Clone, Debug, Default, PartialEq)".to_owned(),
        "non_exhaustive".to_owned(),
    ];
    let declarations: String = event.fields.iter().map(declaration).collect();
    vec![
        print::structure(&docs::event(event), &attributes, &event.name, &declarations),
        object(&event.name, &event.fields),
        format!("impl rt::Event for {} {{\n    const TYPE: &'static str = {:?};\n}}\n", event.name, event.event_type),
    ]
}
