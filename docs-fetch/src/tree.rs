//! The portal's tree of documents.

use serde_json::Value;

/// The node under which the server APIs stand.
const SERVER_APIS: &str = "103";

/// A page of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// `/uAjLw4CM/…/task-v2/task/get`
    pub(crate) full_path: String,
    /// Its title in the tree.
    pub(crate) name: String,
    /// When it was last changed, as the tree writes it.
    pub(crate) updated: String,
}

/// The pages below the server APIs, of one service or of all.
pub(crate) fn pages(tree: &Value, service: Option<&str>) -> Result<Vec<Node>, String> {
    let items = tree.pointer("/data/items").and_then(Value::as_array);
    let items = items.ok_or("the list of pages has no `data.items`")?;
    let root = items.iter().find_map(server_apis).ok_or("the list of pages has no node 103 (server APIs)")?;
    let mut pages = Vec::new();
    collect(root, &mut pages);
    if let Some(service) = service {
        pages.retain(|node| is_of(&node.full_path, service));
        if pages.is_empty() {
            return Err(format!("the portal has no pages of a service `{service}`"));
        }
    }
    Ok(pages)
}

fn server_apis(node: &Value) -> Option<&Value> {
    if text(node, "id") == SERVER_APIS {
        return Some(node);
    }
    node.get("items").and_then(Value::as_array)?.iter().find_map(server_apis)
}

fn collect(node: &Value, pages: &mut Vec<Node>) {
    let items = node.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().for_each(|item| collect(item, pages));
    let full_path = text(node, "fullPath");
    let folder = text(node, "type").contains("Directory");
    if items.is_empty() && !folder && !full_path.is_empty() {
        pages.push(Node { full_path, name: text(node, "name"), updated: text(node, "updateTime") });
    }
}

/// `task-v2` is a version of `task`, and no version of anything else.
fn is_of(path: &str, service: &str) -> bool {
    path.split('/').any(|segment| {
        let version = segment.strip_prefix(service).and_then(|rest| rest.strip_prefix("-v"));
        version.is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// A string or a number as text.
pub(crate) fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_its_versions() {
        assert!(is_of("/x/reference/task-v1/task/get", "task"));
        assert!(!is_of("/x/hire-v1/task/get", "task"));
        assert!(!is_of("/x/task-video/get", "task"));
    }

    #[test]
    fn a_tree_without_server_apis_is_an_error() {
        let tree = serde_json::json!({"data": {"items": [{"id": 1}]}});
        assert!(pages(&tree, None).is_err());
        assert!(pages(&Value::Null, None).is_err());
    }
}
