//! The table of demands that concern several fields, for `spec/README.md`.

use super::words;
use crate::ir::Api;

/// One Markdown row for each rule of each operation.
pub(crate) fn table(api: &Api) -> String {
    let mut text = "| operation | rule | enforced by |\n| --- | --- | --- |\n".to_owned();
    let resources = api.versions.iter().flat_map(|version| &version.resources);
    for resource in resources {
        let operations = resource.operations.iter().map(|operation| (&operation.id, &operation.constraints));
        let events = resource.events.iter().map(|event| (&event.event_type, &event.constraints));
        for (subject, rules) in operations.chain(events) {
            for rule in rules {
                let (subject, words) = (words::code(subject), words::cell(&rule.text));
                text.push_str(&format!("| {subject} | {words} | {} |\n", rule.enforced));
            }
        }
    }
    text
}
