//! Target: the text of a documentation page, as it is saved in one of several formats.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use feishu_openapi_pages::{compare, draft, read};
use feishu_openapi_tests::mutate::{self, Random};
use feishu_openapi_tests::root;

use crate::Target;

/// What pages are made of.
const WORDS: &[&str] = &[
    "|", "||", "---", "| --- | --- |\n", "`", "```", "```json\n", "**", "**示例值**：", "**可选值有**：", "**数据校验规则**：",
    "**默认值**：", "～", "└", "∟", "<md-table>", "</md-table>", "<md-dt-tr level=\"99\">", "<md-dt-td>", "<md-enum>",
    "<md-enum-item key=\"k\">", "<br>", "<", ">", "\"", "'", "=", ":::html\n", ":::\n", "<md-code-json>", "{", "}", "[",
    "]", "\\[\\]", "//", "/*", "：", "&nbsp;", "&nbsp;&nbsp;", "&#x1F600;", "&", "-1", "99999999999999999999", "长度范围：",
    "正则校验：", "取值范围：", "最大长度：", "string", "int", "object", "object[]", "map[string]", "file", "是", "否",
    "\n## 请求\n", "\n### 请求头\n", "\n### 路径参数\n", "\n### 查询参数\n", "\n### 请求体\n", "\n### 请求体示例\n",
    "\n## 响应\n", "\n### 响应体\n", "\n### 错误码\n", "HTTP URL", "HTTP Method", "https://h/:x", "title: ", "---\n", "\u{a0}",
    "\u{3000}", "\u{200b}", "\u{feff}", "\r\n", "\t", "<!--", "-->", "\u{0}", "é", "- ", "次/分钟", "次/秒",
];

pub(crate) struct Pages;

/// The target with its seeds: the pages of the tests, and those of the folder in `PAGES`.
pub(crate) fn target() -> (Pages, Vec<String>) {
    let mut files = Vec::new();
    collect(&root().join("pages/tests/pond"), &mut files);
    if let Some(folder) = std::env::var_os("PAGES") {
        collect(Path::new(&folder), &mut files);
    }
    files.sort();
    (Pages, files.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

impl Target for Pages {
    fn mutate(&self, corpus: &[String], random: &mut Random) -> String {
        let input = random.pick(corpus).cloned().unwrap_or_default();
        let other = random.pick(corpus).cloned().unwrap_or_default();
        let mut text = input;
        for _ in 0..random.below(4) {
            let word = random.pick(WORDS).copied().unwrap_or_default().repeat(1 + random.below(2) * random.below(50));
            let at = random.below(text.len() + 1);
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.insert_str(at, &word);
        }
        mutate::text(&text, &other, random)
    }

    fn run(&self, input: &str) -> Vec<String> {
        let page = read("page", input);
        let _ = draft(&page);
        if let Some(facts) = &page.facts {
            // A page may differ from itself read as a spec: it names scopes beside fields, a spec does not.
            let _ = compare(facts, facts, &[]);
        }
        // What is quoted is not new each time.
        let shape = |what: &str| -> String {
            what.split(['`', '"', '“', '‘', ':']).next().unwrap_or_default().chars().take(60).collect()
        };
        let problems: BTreeSet<String> = page.problems.iter().map(|problem| shape(&problem.what)).collect();
        problems.into_iter().chain([format!("{:?} {:?}", page.format, page.kind)]).collect()
    }
}
