//! The table of demands that concern several fields, for `spec/README.md`.

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
                let words = rule.text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
                text.push_str(&format!("| `{subject}` | {words} | {} |\n", rule.enforced));
            }
        }
    }
    text
}
