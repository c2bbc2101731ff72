//! Writes a page as the crawls have it: front matter, then the portal's markup.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tree::{Node, text};

/// Writes the page that the portal answered. A page is there as a whole or not at all.
pub(crate) fn write(out: &Path, node: &Node, answer: &Value) -> Result<(), String> {
    let data = answer.get("data").ok_or("the answer has no `data`")?;
    let content = data.get("content").and_then(Value::as_str).ok_or("the answer has no `data.content`")?;
    let or = |own: String, other: &str| if own.is_empty() { other.to_owned() } else { own };
    let title = or(text(data, "title"), &node.name).replace(['\n', '"'], " ");
    let updated = or(text(data, "updateTime"), &node.updated);
    let page = format!(
        "---\ntitle: \"{title}\"\nfullPath: \"{}\"\nupdateTime: \"{updated}\"\n---\n\n{}\n",
        node.full_path,
        content.trim_end()
    );
    let path = file(out, &node.full_path)?;
    let unfinished = path.with_extension("md.part");
    let outcome = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&unfinished, page))
        .and_then(|()| fs::rename(&unfinished, &path));
    outcome.map_err(|error| format!("{}: {error}", path.display()))
}

/// Where a page is kept. The portal's paths are not trusted to stay below the folder.
pub(crate) fn file(out: &Path, full_path: &str) -> Result<PathBuf, String> {
    let mut path = out.to_path_buf();
    for segment in full_path.split('/').filter(|segment| !segment.is_empty()) {
        let plain = segment.chars().all(|c| c.is_alphanumeric() || "-_.~".contains(c));
        if !plain || segment.starts_with('.') {
            return Err(format!("`{full_path}` is no path for a file"));
        }
        path.push(segment);
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".md");
    Ok(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stay_below_the_folder() {
        let out = Path::new("out");
        assert_eq!(file(out, "/a/task-v2/task/get"), Ok(out.join("a/task-v2/task/get.md")));
        assert_eq!(file(out, "/a/v1.2"), Ok(out.join("a/v1.2.md")));
        assert!(file(out, "/a/../../etc/passwd").is_err());
        assert!(file(out, "/a/b\\c").is_err());
    }
}
