//! Puts the parts of an operation's page together.

use crate::blocks::{Block, Row, Table};
use crate::examples;
use crate::facts::{ErrorRow, Example, Fact, Item, Nesting, OperationFacts, Source, Stated};
use crate::fields::{self, Leveled};
use crate::front::Format;
use crate::head::{self, Head};
use crate::notes;
use crate::problems::{Problems, shorten};
use crate::sections::{Part, Section};
use crate::types::Ty;

/// Reads the parts of an operation.
pub(crate) fn operation(
    source: Source,
    sections: &[Section],
    format: Format,
    problems: &mut Problems,
) -> OperationFacts {
    let mut facts = OperationFacts { source, silent: silent(format), ..OperationFacts::default() };
    let mut answered = false;
    for section in sections {
        match section.part {
            Part::Request => request(section, &mut facts, problems),
            Part::Header => headers(section, format, &mut facts, problems),
            Part::PathParameters => {
                let items = field_list(section, format, problems);
                facts.path_parameters = fields::tree(items, problems);
            }
            Part::Query => {
                let items = field_list(section, format, problems);
                facts.query.extend(fields::tree(items, problems));
            }
            Part::Body => body(section, format, &mut facts, problems),
            Part::BodyExample => facts.request_examples.extend(example(section, problems)),
            Part::Answer => {
                answered = true;
                answer(section, format, &mut facts, problems);
            }
            Part::Response if tables(section).next().is_some() => {
                answered = true;
                answer(section, format, &mut facts, problems);
            }
            Part::Response => {
                facts.answers_file = texts(section).any(|text| text.contains("返回文件二进制流"));
                answered |= facts.answers_file;
            }
            // Only files have a name of their own.
            Part::AnswerHeader if names_file(section) => {
                facts.answers_file = true;
                answered = true;
            }
            Part::AnswerExample => facts.response_examples.extend(example(section, problems)),
            Part::Errors => facts.errors.extend(errors(section, problems)),
            _ => {}
        }
    }
    if !answered {
        facts.wrapped = true;
        facts.silent.push(Fact::Presence);
        if format != Format::Digest {
            problems.push(1, "no part `响应体`");
        }
    }
    stray_rows(sections, problems);
    facts.prose = prose(sections);
    settle_content_type(&mut facts);
    check(&facts, problems);
    facts
}

/// What a format never states; its silence proves nothing.
pub(crate) fn silent(format: Format) -> Vec<Fact> {
    match format {
        Format::Markup | Format::Markdown => Vec::new(),
        // It drops the text of boxes, where such remarks stand.
        Format::FlatMarkdown => vec![Fact::Deprecated],
        Format::Digest => vec![Fact::RateLimits, Fact::FieldScopes, Fact::Deprecated],
    }
}

pub(crate) fn tables(section: &Section) -> impl Iterator<Item = &Table> {
    section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

fn names_file(section: &Section) -> bool {
    let rows = tables(section).flat_map(|table| &table.rows);
    let names = rows.filter_map(|row| Some(row.cells.first()?.word()));
    names.into_iter().any(|name| name.eq_ignore_ascii_case("Content-Disposition"))
}

fn texts(section: &Section) -> impl Iterator<Item = &str> {
    section.blocks.iter().filter_map(|block| match block {
        Block::Text { text, .. } => Some(text.as_str()),
        _ => None,
    })
}

fn request(section: &Section, facts: &mut OperationFacts, problems: &mut Problems) {
    let mut heads = tables(section);
    let Some(table) = heads.next() else {
        problems.push(section.line, "no table below `请求`");
        return;
    };
    let head = head::read(table, problems);
    for extra in heads {
        problems.push(extra.line, "a second table below `请求`");
    }
    fill(head, facts, problems);
}

fn fill(head: Head, facts: &mut OperationFacts, problems: &mut Problems) {
    if let Some(url) = head.url {
        match head::address(&url.value) {
            Some((host, path)) => {
                facts.host = host;
                facts.path = Stated::new(path, url.line);
            }
            None => problems.push(url.line, format!("no address: {}", shorten(&url.value))),
        }
    }
    facts.method = head.method.unwrap_or_default();
    facts.rate_limits = head.rate_limits;
    facts.app_types = head.app_types;
    facts.scopes = head.scopes;
    facts.field_scopes = head.field_scopes;
    if let Some(tokens) = head.tokens {
        facts.tokens = tokens;
    }
}

fn check(facts: &OperationFacts, problems: &mut Problems) {
    let mut lists = vec![&facts.path_parameters, &facts.query, &facts.header];
    if facts.request_nesting == Nesting::Known {
        lists.push(&facts.request);
    }
    if facts.response_nesting == Nesting::Known {
        lists.push(&facts.response);
    }
    for items in lists {
        fields::twice(items, problems);
    }
    for (stated, name) in [(&facts.path, "HTTP URL"), (&facts.method, "HTTP Method")] {
        if stated.value.is_empty() {
            problems.push(stated.line.max(1), format!("no `{name}`"));
        }
    }
    let names = facts.path.value.split('/').filter_map(|segment| {
        let inner = segment.strip_prefix('{')?;
        inner.strip_suffix('}')
    });
    let names: Vec<&str> = names.collect();
    for item in &facts.path_parameters {
        if !names.contains(&item.name.as_str()) {
            problems.push(item.line, format!("`{}` is not in the path", item.name));
        }
    }
    for name in names {
        if !facts.path_parameters.iter().any(|item| item.name == name) {
            problems.push(facts.path.line, format!("path parameter `{name}` is not described"));
        }
    }
}

/// `Authorization` tells the tokens, `Content-Type` the body; other headers are items.
fn headers(section: &Section, format: Format, facts: &mut OperationFacts, problems: &mut Problems) {
    for table in tables(section) {
        let Some(items) = fields::read(table, format, problems) else {
            continue;
        };
        for (row, (_, item)) in table.rows.iter().zip(items) {
            match item.name.as_str() {
                "Authorization" => {
                    let tokens = row.cells.last().map(head::tokens).unwrap_or_default();
                    if tokens.is_empty() {
                        problems.push(row.line, "`Authorization` without a token");
                    }
                    facts.tokens = Stated::new(tokens, row.line);
                }
                "Content-Type" => facts.content_type = content_type(&item, problems),
                _ => facts.header.push(item),
            }
        }
    }
}

fn content_type(item: &Item, problems: &mut Problems) -> Option<Stated<String>> {
    let fixed = item.enum_values.first().map(|value| value.value.as_str());
    let value = fixed.or(item.example.as_ref().map(|example| example.value.as_str()));
    let kind = value.unwrap_or_default().trim_matches('"');
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !matches!(kind, "application/json" | "multipart/form-data") {
        problems.push(item.line, format!("content type not understood: {kind}"));
        return None;
    }
    Some(Stated::new(kind, item.line))
}

/// Some pages without a body name a content type all the same; some with one name none.
fn settle_content_type(facts: &mut OperationFacts) {
    if facts.request.is_empty() && facts.request_examples.is_empty() {
        facts.content_type = None;
    } else if facts.content_type.is_none() {
        facts.content_type = Some(Stated::new("application/json", 0));
    }
}

pub(crate) fn field_list(section: &Section, format: Format, problems: &mut Problems) -> Vec<Leveled> {
    let mut items = Vec::new();
    let mut any = false;
    for table in tables(section) {
        if any && fields::explains(table) {
            continue;
        }
        any = true;
        items.extend(fields::read(table, format, problems).unwrap_or_default());
    }
    if !any && !texts(section).any(|text| matches!(text.trim(), "无" | "无。")) {
        problems.push(section.line, "a part without a table");
    }
    items
}

fn body(section: &Section, format: Format, facts: &mut OperationFacts, problems: &mut Problems) {
    let items = field_list(section, format, problems);
    facts.request_nesting = nesting(&items, format);
    let items = fields::tree(items, problems);
    let (query, body) = items.into_iter().partition::<Vec<_>, _>(|item| item.in_query);
    facts.query.extend(query);
    facts.request.extend(body);
    if format == Format::Digest {
        notes::read(section, &mut facts.request, problems);
    }
}

pub(crate) fn nesting(items: &[Leveled], format: Format) -> Nesting {
    if format == Format::FlatMarkdown && fields::may_nest(items) { Nesting::Lost } else { Nesting::Known }
}

/// Takes the envelope off; an answer of another shape stays whole.
fn answer(section: &Section, format: Format, facts: &mut OperationFacts, problems: &mut Problems) {
    let mut items = field_list(section, format, problems);
    if !facts.response.is_empty() {
        problems.push(section.line, "a second table of the answer");
        return;
    }
    let flat = format == Format::FlatMarkdown;
    let names: Vec<&str> = items.iter().filter(|(level, _)| *level == 0).map(|(_, item)| item.name.as_str()).collect();
    let envelope = match names.as_slice() {
        ["code", "msg"] => 2,
        ["code", "msg", "data"] => 3,
        ["code", "msg", "data", ..] if flat => 3,
        _ => 0,
    };
    facts.wrapped = envelope > 0;
    let fields = items.split_off(envelope);
    check_envelope(&items, problems);
    facts.response_nesting = nesting(&fields, format);
    let depth = usize::from(envelope == 3 && !flat);
    let fields = fields.into_iter().map(|(level, item)| (level.saturating_sub(depth), item)).collect();
    facts.response = fields::tree(fields, problems);
}

fn check_envelope(items: &[Leveled], problems: &mut Problems) {
    for (_, item) in items {
        let usual = match item.name.as_str() {
            "code" => matches!(item.ty, Ty::Int | Ty::Unknown),
            "msg" => matches!(item.ty, Ty::String | Ty::Unknown),
            _ => matches!(item.ty, Ty::Object | Ty::Map | Ty::Unknown),
        };
        if !usual {
            let what = format!("`{}` of the envelope is `{}`", item.name, item.type_text);
            problems.push(item.line, what);
        }
    }
}

pub(crate) fn example(section: &Section, problems: &mut Problems) -> Vec<Example> {
    let mut found = Vec::new();
    let mut any = false;
    for block in &section.blocks {
        if let Block::Code { line, text, .. } = block {
            any = true;
            found.extend(examples::read(*line, text, problems));
        }
    }
    if !any {
        problems.push(section.line, "an example without a code block");
    }
    found
}

/// A page without a table refers to the general codes.
fn errors(section: &Section, problems: &mut Problems) -> Vec<ErrorRow> {
    let mut rows = Vec::new();
    for table in tables(section) {
        let code_at = error_columns(table, problems);
        for row in &table.rows {
            rows.extend(error(row, code_at, problems));
        }
    }
    rows
}

/// Status, code, meaning, hint: the columns are read by their order, so they must be the usual ones. Some tables have
/// no status; then the code is the first column.
fn error_columns(table: &Table, problems: &mut Problems) -> usize {
    let header: Vec<String> = table.header.iter().map(|title| title.replace([' ', '*', '\u{a0}'], "")).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    match header[..] {
        ["HTTP状态码", "错误码", "描述" | "说明", "排查建议"] => 1,
        ["错误码", "描述" | "说明" | "错误信息", "排查建议"] => 0,
        _ => {
            let what = format!("columns of errors not understood: {}", header.join(", "));
            problems.push(table.line, what);
            1
        }
    }
}

fn error(row: &Row, code_at: usize, problems: &mut Problems) -> Option<ErrorRow> {
    let text = |at: usize| row.cells.get(at).map(|cell| cell.text()).unwrap_or_default();
    let number = |at: usize| row.cells.get(at).map(|cell| cell.word()).unwrap_or_default();
    let status = if code_at == 0 { Ok(0) } else { number(0).parse() };
    let (Ok(status), Ok(code)) = (status, number(code_at).parse()) else {
        let what = format!("no status and code: {} {}", shorten(&text(0)), shorten(&text(1)));
        problems.push(row.line, what);
        return None;
    };
    if row.cells.len() < code_at + 3 {
        problems.push(row.line, format!("an error row of {} cells", row.cells.len()));
    }
    // A pipe that nobody escaped splits the last text.
    let rest = row.cells.iter().skip(code_at + 2).map(|cell| cell.text()).collect::<Vec<_>>();
    Some(ErrorRow { line: row.line, status, code, meaning: text(code_at + 1), hint: rest.join(" | ") })
}

/// A line with a pipe that belongs to no table is a row that was not read.
pub(crate) fn stray_rows(sections: &[Section], problems: &mut Problems) {
    let prose = [Part::Head, Part::Other, Part::Response];
    for section in sections.iter().filter(|section| !prose.contains(&section.part)) {
        for block in &section.blocks {
            if let Block::Text { line, text } = block
                && text.contains('|')
                && !(text.starts_with('>') || text.starts_with("&gt;"))
            {
                problems.push(*line, format!("a row outside of a table: {}", shorten(text)));
            }
        }
    }
}

/// The running text that may state facts: the head, and what stands between the tables.
pub(crate) fn prose(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        let states = !matches!(section.part, Part::Other | Part::Errors);
        for block in section.blocks.iter().filter(|_| states) {
            if let Block::Text { text: line, .. } = block {
                text.push_str(&crate::inline::unescape_entities(line));
                text.push('\n');
            }
        }
    }
    text
}
