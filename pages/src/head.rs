//! The table at the head of an operation or event: address, method, limits, apps, scopes.

use crate::blocks::{Row, Table};
use crate::facts::{RateLimit, Stated};
use crate::inline::{Cell, Line};
use crate::problems::{Problems, shorten};
use crate::scopes;

/// The period of a limit that the page gives in its running text, if anywhere.
const SPECIAL: &str = "special";

/// What the table says.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) url: Option<Stated<String>>,
    pub(crate) method: Option<Stated<String>>,
    pub(crate) event_type: Option<Stated<String>>,
    pub(crate) rate_limits: Stated<Vec<RateLimit>>,
    pub(crate) app_types: Stated<Vec<String>>,
    pub(crate) scopes: Stated<Vec<String>>,
    pub(crate) field_scopes: Stated<Vec<String>>,
    pub(crate) tokens: Option<Stated<Vec<String>>>,
}

/// The key of a row, without the explanations around it.
fn key(cell: &Cell) -> String {
    let text = cell.text();
    let first = text.lines().next().unwrap_or_default().trim();
    if first.starts_with("HTTP ") {
        return first.to_owned();
    }
    let word = first.split_whitespace().next().unwrap_or_default();
    word.to_owned()
}

/// Whether a table is the head of an operation or event.
pub(crate) fn is_head(table: &Table) -> bool {
    table.rows.iter().any(|row| {
        let key = row.cells.first().map(key).unwrap_or_default();
        matches!(key.as_str(), "HTTP URL" | "HTTP Method" | "事件类型")
    })
}

/// Reads the table.
pub(crate) fn read(table: &Table, problems: &mut Problems) -> Head {
    let mut head = Head::default();
    for row in &table.rows {
        let [name, value] = row.cells.as_slice() else {
            problems.push(row.line, format!("a row of {} cells, not 2", row.cells.len()));
            continue;
        };
        read_row(&key(name), row, value, &mut head, problems);
    }
    head
}

fn read_row(key: &str, row: &Row, value: &Cell, head: &mut Head, problems: &mut Problems) {
    match key {
        "HTTP URL" => head.url = Some(word(value, row.line)),
        "HTTP Method" => head.method = Some(method(value, row.line, problems)),
        "事件类型" => head.event_type = Some(word(value, row.line)),
        "接口频率限制" => {
            head.rate_limits = Stated::new(rate_limits(value, row.line, problems), row.line);
        }
        "支持的应用类型" => {
            head.app_types = Stated::new(app_types(value, row.line, problems), row.line);
        }
        "权限要求" => merge(&mut head.scopes, scope_names(&value.lines, problems), row.line),
        "字段权限要求" => {
            merge(&mut head.field_scopes, scope_names(&value.lines, problems), row.line);
        }
        "支持的访问令牌" | "凭证要求" => head.tokens = Some(Stated::new(tokens(value), row.line)),
        // The table of headers says it, too.
        "HTTP Content-Type" => {}
        "推送方式" if value.text().contains("Webhook") => {}
        other => problems.push(row.line, format!("row not understood: {}", shorten(other))),
    }
}

fn word(cell: &Cell, line: usize) -> Stated<String> {
    Stated::new(cell.word(), line)
}

fn method(cell: &Cell, line: usize, problems: &mut Problems) -> Stated<String> {
    let method = word(cell, line);
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.value.as_str()) {
        problems.push(line, format!("method not understood: {}", shorten(&method.value)));
    }
    method
}

fn merge(scopes: &mut Stated<Vec<String>>, more: Vec<String>, line: usize) {
    if scopes.line == 0 {
        scopes.line = line;
    }
    for scope in more {
        if !scopes.value.contains(&scope) {
            scopes.value.push(scope);
        }
    }
}

/// One of the formats has a row of names before the row of scopes; a row of CJK words alone is it.
fn scope_names(lines: &[Line], problems: &mut Problems) -> Vec<String> {
    let words = lines.iter().any(|line| line.text.contains('`') || line.text.contains(':'));
    let named = lines.iter().any(|line| !line.text.trim().is_empty());
    if named && !words && lines.iter().all(|line| !line.text.is_ascii()) {
        return Vec::new();
    }
    let found = scopes::read(lines, problems);
    found.into_iter().map(|scope| scope.value).collect()
}

/// The tokens named in a text, in its order.
pub(crate) fn tokens(cell: &Cell) -> Vec<String> {
    let text = cell.text();
    // What follows the format and the example names tokens, but accepts none; some pages list them behind.
    let listed = text.split_once("可选值如下").map(|(_, listed)| listed);
    let before = text.split("**").next().unwrap_or_default();
    let text = if before.contains("_access_token") { before } else { listed.unwrap_or(before) };
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let mut tokens: Vec<String> = Vec::new();
    for word in words.filter(|word| word.ends_with("_access_token")) {
        if !tokens.iter().any(|token| token == word) {
            tokens.push(word.to_owned());
        }
    }
    tokens
}

fn app_types(cell: &Cell, line: usize, problems: &mut Problems) -> Vec<String> {
    let text = cell.word();
    let mut types = Vec::new();
    for word in text.split([',', '、', '，', ' ']).filter(|word| !word.is_empty()) {
        match word {
            "custom" | "自建应用" => types.push("custom".to_owned()),
            "isv" | "商店应用" => types.push("isv".to_owned()),
            other => problems.push(line, format!("kind of app not understood: {}", shorten(other))),
        }
    }
    types
}

/// `[1000 次/分钟、50 次/秒](…)`.
fn rate_limits(cell: &Cell, line: usize, problems: &mut Problems) -> Vec<RateLimit> {
    let text = cell.word();
    let text = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((text, _)) => text,
        None => text.as_str(),
    };
    let mut limits = Vec::new();
    for limit in text.split(['、', ',', '，']).map(str::trim) {
        match rate_limit(limit) {
            Some(limit) => limits.push(limit),
            None if limit.is_empty() => {}
            None => problems.push(line, format!("rate limit not understood: {}", shorten(limit))),
        }
    }
    limits
}

fn rate_limit(text: &str) -> Option<RateLimit> {
    if text == "特殊频控" {
        return Some(RateLimit { requests: 0, per: SPECIAL.to_owned() });
    }
    let (count, per) = text.split_once('次')?;
    let per = match per.trim().strip_prefix('/')?.trim() {
        "秒" => "second",
        "分钟" => "minute",
        "小时" => "hour",
        "天" => "day",
        _ => return None,
    };
    Some(RateLimit { requests: count.trim().parse().ok()?, per: per.to_owned() })
}

/// Splits `https://open.feishu.cn/open-apis/task/v2/tasks/:task_guid` into host and path.
pub(crate) fn address(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    // Some pages show an address with its query.
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match segment.strip_prefix(':') {
            Some(name) => format!("{{{name}}}"),
            None => segment.to_owned(),
        })
        .collect();
    Some((host.to_owned(), format!("/{}", segments.join("/"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline::cell_of_markdown;

    fn cell(text: &str) -> Cell {
        cell_of_markdown(text, 1)
    }

    fn limits(text: &str) -> Vec<(u64, String)> {
        let limits = rate_limits(&cell(text), 1, &mut Problems::default());
        limits.into_iter().map(|l| (l.requests, l.per)).collect()
    }

    #[test]
    fn two_rate_limits() {
        assert_eq!(limits("[1000 次/分钟、50 次/秒](x)"), [(1000, "minute".to_owned()), (50, "second".to_owned())]);
    }

    #[test]
    fn a_special_limit_is_one() {
        assert_eq!(limits("特殊频控"), [(0, "special".to_owned())]);
    }

    #[test]
    fn a_strange_rate_limit_is_a_problem() {
        let mut problems = Problems::default();
        rate_limits(&cell("很多"), 3, &mut problems);
        assert_eq!(problems.into_vec()[0].line, 3);
    }

    #[test]
    fn app_types_have_two_names() {
        let mut problems = Problems::default();
        assert_eq!(app_types(&cell("自建应用、商店应用"), 1, &mut problems), ["custom", "isv"]);
        assert_eq!(app_types(&cell("custom,isv"), 1, &mut problems), ["custom", "isv"]);
        assert!(problems.into_vec().is_empty());
    }

    #[test]
    fn path_parameters_are_braced() {
        let (host, path) = address("https://h/open-apis/x/:id/y").unwrap_or_default();
        assert_eq!((host.as_str(), path.as_str()), ("h", "/open-apis/x/{id}/y"));
    }

    #[test]
    fn the_token_of_an_example_is_none() {
        let cell = cell("`user_access_token` **值格式**：\"Bearer `tenant_access_token`\"");
        assert_eq!(tokens(&cell), ["user_access_token"]);
    }

    #[test]
    fn a_key_ends_before_its_explanation() {
        assert_eq!(key(&cell("权限要求      call it")), "权限要求");
        assert_eq!(key(&cell("HTTP URL")), "HTTP URL");
    }
}
