//! Tables of parameters and fields.

use std::collections::HashSet;

use crate::blocks::{Row, Table};
use crate::description::{self, Label, Labelled};
use crate::enums;
use crate::facts::{EnumValue, Item, Stated};
use crate::front::Format;
use crate::inline::Cell;
use crate::problems::{Problems, shorten};
use crate::rules;
use crate::scopes;
use crate::types::{Ty, is_type_text, type_of_text};
use crate::value::split_value;

/// Deeper than any page; what is deeper is cut, so that a tree can always be walked.
const DEEPEST: usize = 32;

/// Which column holds what.
#[derive(Default)]
struct Columns {
    name: usize,
    ty: Option<usize>,
    required: Option<usize>,
    description: Option<usize>,
}

/// A field with its depth, in page order.
pub(crate) type Leveled = (usize, Item);

/// Reads a table of fields; `None` if it is no such table.
pub(crate) fn read(table: &Table, format: Format, problems: &mut Problems) -> Option<Vec<Leveled>> {
    let columns = columns(table, problems)?;
    let mut items = Vec::new();
    for row in &table.rows {
        if let Some(item) = item(row, table.header.len(), &columns, format, problems) {
            items.push(item);
        }
    }
    if items.is_empty() {
        problems.push(table.line, "a table of fields without a field");
    }
    Some(items)
}

fn columns(table: &Table, problems: &mut Problems) -> Option<Columns> {
    let mut columns = Columns::default();
    let mut name = None;
    for (at, title) in table.header.iter().enumerate() {
        match title.trim() {
            "名称" | "参数名" | "参数" | "字段" | "字段名" => name = Some(at),
            "类型" | "数据类型" | "参数类型" => columns.ty = Some(at),
            "必填" | "是否必填" | "必须" => columns.required = Some(at),
            "描述" | "说明" | "字段描述" => columns.description = Some(at),
            other => problems.push(table.line, format!("column not understood: {}", shorten(other))),
        }
    }
    if name.is_none() {
        problems.push(table.line, "a table without a column for names");
    }
    columns.name = name?;
    Some(columns)
}

fn item(row: &Row, width: usize, columns: &Columns, format: Format, problems: &mut Problems) -> Option<Leveled> {
    if row.cells.len() != width {
        let what = format!("a row of {} cells under {width} columns", row.cells.len());
        problems.push(row.line, what);
    }
    let Some((level, name)) = row.cells.get(columns.name).map(|cell| name(cell, row.level)) else {
        problems.push(row.line, "a row without a name");
        return None;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        problems.push(row.line, format!("no name of a field: {}", shorten(&name)));
    }
    let mut item = Item { name, line: row.line, bare: format == Format::Digest, ..Item::default() };
    if let Some(cell) = columns.ty.and_then(|at| row.cells.get(at)) {
        item.type_text = cell.word();
        item.ty = type_of_text(&item.type_text);
        if item.type_text.is_empty() {
            problems.push(row.line, format!("`{}` has no type", item.name));
        }
        if !is_type_text(&item.type_text) {
            let what = format!("type not understood: {}", shorten(&item.type_text));
            problems.push(row.line, what);
        }
    }
    if let Some(cell) = columns.required.and_then(|at| row.cells.get(at)) {
        item.required = required(cell, row.line, problems);
    }
    if let Some(cell) = columns.description.and_then(|at| row.cells.get(at)) {
        describe(cell, &mut item, format, problems);
    }
    Some((level, item))
}

/// `&nbsp;&nbsp;└ name`, `∟name`, or a level from the markup.
fn name(cell: &Cell, level: Option<usize>) -> (usize, String) {
    let text = cell.text();
    let raw = cell.lines.first().map_or("", |line| line.text.as_str());
    let spaces = raw.trim_start_matches(' ');
    let spaces = spaces.chars().take_while(|c| *c == '\u{a0}').count();
    let corners = text.chars().filter(|c| *c == '∟').count();
    let drawn = if corners > 0 { corners } else { spaces / 2 };
    let name = cell.word();
    let name = name.trim_start_matches(|c: char| c.is_whitespace() || "└∟".contains(c));
    (level.unwrap_or(drawn).min(DEEPEST), name.to_owned())
}

fn required(cell: &Cell, line: usize, problems: &mut Problems) -> Option<bool> {
    match cell.word().as_str() {
        "是" | "必填" | "true" | "yes" => Some(true),
        "否" | "选填" | "false" | "no" => Some(false),
        other => {
            let what = format!("neither required nor optional: {}", shorten(other));
            problems.push(line, what);
            None
        }
    }
}

/// Reads a description into `item`.
pub(crate) fn describe(cell: &Cell, item: &mut Item, format: Format, problems: &mut Problems) {
    let mut prose = Vec::new();
    for mut part in description::split(cell, problems) {
        match part.label {
            Label::Prose => {
                take_values(&mut part, item, format);
                prose.push(part.text());
            }
            Label::Enum => item.enum_values.extend(enums::read(&part, problems)),
            Label::Rules | Label::Length => rules::read(&part, item, problems),
            Label::FieldScopes => {
                item.field_scopes.extend(scopes::read(&part.lines, problems));
            }
            Label::Example => item.example = stated(&part, item, &mut prose, problems),
            Label::Default => item.default = stated(&part, item, &mut prose, problems),
            Label::Fixed => {
                if let Some(fixed) = stated(&part, item, &mut prose, problems) {
                    item.enum_values.push(EnumValue {
                        value: fixed.value.trim_matches('"').to_owned(),
                        description: String::new(),
                        line: fixed.line,
                    });
                }
            }
            Label::ValueFormat => prose.push(part.text()),
        }
    }
    for value in &mut item.enum_values {
        let stray = value.value.trim_matches('"');
        if stray.len() < value.value.len() {
            let what = format!("a stray quote in the value {}", value.value);
            problems.push(value.line, what);
            value.value = stray.to_owned();
        }
    }
    prose.retain(|text| !text.is_empty());
    item.prose = prose.join("\n");
    let outdated = ["已经废弃", "已废弃", "已弃用", "该字段废弃"];
    if outdated.iter().any(|word| item.prose.contains(word)) {
        item.deprecated = Some(Stated::new(true, item.line));
    }
}

/// Values in the running text; their text stays, the values may be stated nowhere else.
fn take_values(part: &mut Labelled, item: &mut Item, format: Format) {
    let mut lines = part.lines.clone();
    let values =
        if format == Format::FlatMarkdown { enums::take_plain(&mut lines) } else { enums::take_ticked(&mut lines) };
    if !values.is_empty() {
        item.enum_loose = format == Format::FlatMarkdown;
        item.enum_values.extend(values);
    }
}

fn stated(part: &Labelled, item: &Item, prose: &mut Vec<String>, problems: &mut Problems) -> Option<Stated<String>> {
    let Some((value, rest)) = split_value(part) else {
        // The digest prints the label even where there is no value.
        if !item.bare {
            problems.push(part.line, "a label without a value");
        }
        return None;
    };
    prose.push(rest);
    Some(Stated::new(value, part.line))
}

/// Builds the tree; a field that stands deeper than its place allows is a problem.
pub(crate) fn tree(items: Vec<Leveled>, problems: &mut Problems) -> Vec<Item> {
    let mut open: Vec<Item> = Vec::new();
    let mut roots = Vec::new();
    for (level, item) in items {
        if level > open.len() {
            let what = format!("`{}` stands {level} deep below {} fields", item.name, open.len());
            problems.push(item.line, what);
        }
        close(&mut open, &mut roots, level);
        if !(open.is_empty() || has_fields(&open[open.len() - 1].ty)) {
            let what = format!("`{}` is a field of a primitive", item.name);
            problems.push(item.line, what);
        }
        open.push(item);
    }
    close(&mut open, &mut roots, 0);
    for item in &mut roots {
        settle_type(item);
    }
    roots
}

/// A name that stands twice among siblings is a problem. (In a flat list it is none.)
pub(crate) fn twice(items: &[Item], problems: &mut Problems) {
    let mut seen = HashSet::new();
    for item in items {
        if !seen.insert(item.name.as_str()) {
            problems.push(item.line, format!("a second `{}`", item.name));
        }
        twice(&item.children, problems);
    }
}

fn close(open: &mut Vec<Item>, roots: &mut Vec<Item>, level: usize) {
    while open.len() > level {
        let Some(item) = open.pop() else { return };
        match open.last_mut() {
            Some(parent) => parent.children.push(item),
            None => roots.push(item),
        }
    }
}

fn has_fields(ty: &Ty) -> bool {
    match ty {
        Ty::Object | Ty::Map | Ty::Unknown => true,
        Ty::List(element) => has_fields(element),
        _ => false,
    }
}

/// `-` with fields below it is an object.
fn settle_type(item: &mut Item) {
    if item.ty == Ty::Unknown && !item.children.is_empty() {
        item.ty = Ty::Object;
    }
    item.children.iter_mut().for_each(settle_type);
}

/// Whether a flat list may hide a tree: something in it can have fields, and is not the last.
pub(crate) fn may_nest(items: &[Leveled]) -> bool {
    let before_last = items.split_last().map_or(items, |(_, rest)| rest);
    before_last.iter().any(|(_, item)| has_fields(&item.ty))
}
