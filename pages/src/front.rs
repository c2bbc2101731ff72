//! The lines above a page: title, path, update time. And which format a page is in.

use serde::{Deserialize, Serialize};

use crate::facts::{Source, Stated};
use crate::problems::Problems;

/// The shape that a page was saved in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Feishu's own markup, as its portal serves it.
    Markup,
    /// Markdown with the depth of fields (`└`).
    #[default]
    Markdown,
    /// Markdown tables without outer pipes; the depth of fields is lost.
    FlatMarkdown,
    /// Markdown that leaves out much: no rate limits, no table of the answer.
    Digest,
}

/// Where the portal serves documents.
const PORTAL: &str = "https://open.feishu.cn/document";

/// Tells the format from the text alone.
pub(crate) fn format_of(text: &str) -> Format {
    let markup = |line: &str| line.starts_with(":::html") || crate::markup::opens_block(line.trim_start()).is_some();
    if text.lines().any(markup) {
        return Format::Markup;
    }
    let (front, _) = split(text);
    if front.iter().any(|(_, line)| line.starts_with("source_url:")) {
        return Format::FlatMarkdown;
    }
    let digest = |line: &str| line.starts_with("| 参数名") || line.starts_with("| 支持的访问令牌");
    if text.lines().any(digest) {
        return Format::Digest;
    }
    Format::Markdown
}

/// Reads the front matter; the number says how many lines it takes.
pub(crate) fn read(text: &str, problems: &mut Problems) -> (Source, usize) {
    let (lines, taken) = split(text);
    let mut source = Source::default();
    for (number, line) in lines {
        let Some((key, value)) = line.split_once(':') else {
            problems.push(number, format!("front matter without a key: {line}"));
            continue;
        };
        let value = value.trim().trim_matches('"');
        match key.trim() {
            "title" => source.title = Some(Stated::new(value, number)),
            "fullPath" => {
                source.full_path = Some(Stated::new(value, number));
                let address = format!("{PORTAL}{value}");
                source.url = Some(Stated::new(address, number));
            }
            "source_url" | "source" => {
                if source.url.is_none() {
                    source.url = Some(Stated::new(value, number));
                }
            }
            "updateTime" | "updatedAt" | "last_remote_update_timestamp" => match value.parse::<i64>() {
                Ok(millis) => source.updated = Some(Stated::new(millis, number)),
                Err(_) => problems.push(number, format!("no update time: {value}")),
            },
            "id" | "last_remote_update" => {}
            _ => problems.push(number, format!("front matter key not understood: {line}")),
        }
    }
    (source, taken)
}

/// The lines between `---` and `---`, or in a comment at the top.
fn split(text: &str) -> (Vec<(usize, &str)>, usize) {
    let mut lines = text.lines();
    let close = match lines.next().map(str::trim) {
        Some("---") => "---",
        Some("<!--") => "-->",
        _ => return (Vec::new(), 0),
    };
    let mut front = Vec::new();
    for (at, line) in lines.enumerate() {
        if line.trim() == close {
            return (front, at + 2);
        }
        if !line.trim().is_empty() {
            front.push((at + 2, line));
        }
    }
    (Vec::new(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        read(text, &mut Problems::default()).0
    }

    #[test]
    fn the_address_follows_from_the_path() {
        let source = source("---\nfullPath: \"/a/task/get\"\n---\n");
        let url = source.url.map(|url| url.value);
        assert_eq!(url.as_deref(), Some("https://open.feishu.cn/document/a/task/get"));
    }

    #[test]
    fn update_times_have_three_names() {
        for key in ["updateTime", "updatedAt", "last_remote_update_timestamp"] {
            let source = source(&format!("---\n{key}: 1691401913000\n---\n"));
            assert_eq!(source.updated, Some(Stated::new(1_691_401_913_000_i64, 2)));
        }
    }

    #[test]
    fn an_alias_is_no_path() {
        let source = source("---\nsource_url: https://open.feishu.cn/document/task-v2/task/get\n---\n");
        assert!(source.full_path.is_none() && source.url.is_some());
    }

    #[test]
    fn a_comment_is_front_matter_too() {
        let source = source("<!--\ntitle: t\n-->\n");
        assert_eq!(source.title, Some(Stated::new("t", 2)));
    }

    #[test]
    fn formats_are_told_apart() {
        assert_eq!(format_of(":::html\n"), Format::Markup);
        assert_eq!(format_of("---\nsource_url: x\n---\n"), Format::FlatMarkdown);
        assert_eq!(format_of("| 参数名 | 类型 |\n"), Format::Digest);
        assert_eq!(format_of("| 名称 | 类型 |\n"), Format::Markdown);
    }

    #[test]
    fn an_unknown_key_is_a_problem() {
        let mut problems = Problems::default();
        read("---\ncolour: red\n---\n", &mut problems);
        assert_eq!(problems.into_vec()[0].line, 2);
    }
}
