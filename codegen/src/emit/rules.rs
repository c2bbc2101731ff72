//! The table of demands that concern several fields, for `spec/README.md`.

use crate::ir::Api;

/// One Markdown row for each rule of each operation.
pub(crate) fn table(api: &Api) -> String {
    let mut text = "| operation | rule | enforced by |\n| --- | --- | --- |\n".to_owned();
    let resources = api.versions.iter().flat_map(|version| &version.resources);
    for operation in resources.flat_map(|resource| &resource.operations) {
        for rule in &operation.rules {
            let words = rule.rule.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
            text.push_str(&format!("| `{}` | {words} | {} |\n", operation.id, rule.enforced));
        }
    }
    text
}
