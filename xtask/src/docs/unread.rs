//! `spec/docs.unread.json`: what cannot be read because the page itself is broken, with the reason.

use std::path::Path;

use feishu_openapi_pages::{Page, Problem};
use serde_json::Value;

const FILE: &str = "spec/docs.unread.json";

/// A fault of a page.
#[derive(Debug, PartialEq)]
pub(crate) struct Known {
    /// The path of the page in the portal.
    page: String,
    /// The remark; it may end in `…` after its beginning.
    remark: String,
}

/// Reads the list; of a repository that has none, an empty one.
pub(crate) fn read(root: &Path) -> Result<Vec<Known>, String> {
    match std::fs::read_to_string(root.join(FILE)) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("{FILE}: {error}")),
    }
}

fn parse(text: &str) -> Result<Vec<Known>, String> {
    let entries: Vec<Value> =
        serde_json::from_str(text).map_err(|error| format!("{FILE}:{}: {error}", error.line()))?;
    let known = entries.iter().map(|entry| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        match (text("page"), text("remark"), text("reason")) {
            (Some(page), Some(remark), Some(_)) => Ok(Known { page: page.to_owned(), remark: remark.to_owned() }),
            _ => Err(format!("{FILE}: expected `page`, `remark` and `reason`, found {entry}")),
        }
    });
    known.collect()
}

impl Known {
    fn explains(&self, page: &Page, problem: &Problem) -> bool {
        let path = page.source.full_path.as_ref().map(|path| path.value.as_str());
        let said = match self.remark.strip_suffix('…') {
            Some(beginning) => problem.what.starts_with(beginning),
            None => problem.what == self.remark,
        };
        said && path == Some(self.page.as_str())
    }
}

/// The remarks about a page that no entry explains.
pub(crate) fn unexplained<'a>(page: &'a Page, known: &'a [Known]) -> impl Iterator<Item = &'a Problem> {
    page.problems.iter().filter(|problem| !known.iter().any(|entry| entry.explains(page, problem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\nfullPath: /a/pond/feed\n---\n# t\n\n## 请求\n\n| 项目 | 值 |\n| --- | --- |\n\
         | HTTP URL | https://open.feishu.cn/open-apis/pond/v1/fish |\n| HTTP Method | POST |\n\n## 响应\n";

    fn left(list: &str) -> Vec<String> {
        let page = feishu_openapi_pages::read("feed.md", PAGE);
        let known = parse(list).expect("a list");
        unexplained(&page, &known).map(|problem| problem.what.clone()).collect()
    }

    #[test]
    fn a_remark_is_explained_by_page_and_words() {
        assert_eq!(left("[]"), ["no part `响应体`"]);
        let entry = |page: &str, remark: &str| {
            format!("[{{\"page\": \"{page}\", \"remark\": \"{remark}\", \"reason\": \"It is so.\"}}]")
        };
        assert_eq!(left(&entry("/a/pond/feed", "no part `响应体`")), [""; 0]);
        assert_eq!(left(&entry("/a/pond/feed", "no part…")), [""; 0]);
        assert_eq!(left(&entry("/a/pond/feed", "no table")).len(), 1);
        assert_eq!(left(&entry("/a/pond/get", "no part…")).len(), 1);
    }

    #[test]
    fn an_entry_needs_a_reason() {
        let error = parse("[{\"page\": \"/a\", \"remark\": \"b\", \"reason\": \" \"}]").unwrap_err();
        assert!(error.contains("`reason`"), "{error}");
        assert!(parse("[\n{").unwrap_err().contains("docs.unread.json:2"));
    }
}
