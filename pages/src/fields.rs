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
    example: Option<usize>,
    /// Body or address, where one table holds the fields of both.
    place: Option<usize>,
}

/// A field with its depth, in page order.
pub(crate) type Leveled = (usize, Item);

/// Reads a table of fields; `None` if it is no such table.
pub(crate) fn read(table: &Table, format: Format, problems: &mut Problems) -> Option<Vec<Leveled>> {
    let columns = columns(table, problems)?;
    let mut items = Vec::new();
    for row in &table.rows {
        let row = &whole(row, table.header.len(), &columns);
        if let Some((level, item)) = item(row, table.header.len(), &columns, format, problems) {
            // Two fields may share a row.
            let names: Vec<&str> = item.name.split(['、', '∟']).map(str::trim).collect();
            items.extend(names.iter().map(|name| (level, Item { name: (*name).to_owned(), ..item.clone() })));
        }
    }
    if items.is_empty() {
        problems.push(table.line, "a table of fields without a field");
    }
    let below = |at: usize, level: usize| items.get(at + 1).is_some_and(|(next, _): &Leveled| *next > level);
    for (at, (level, item)) in items.iter().enumerate() {
        if columns.ty.is_some() && item.type_text.is_empty() && !below(at, *level) {
            problems.push(item.line, format!("`{}` has no type", item.name));
        }
    }
    Some(items)
}

/// A pipe that nobody escaped splits the last text, the description, into cells too many.
fn whole(row: &Row, width: usize, columns: &Columns) -> Row {
    let mut cells = row.cells.clone();
    let surplus = cells.len().saturating_sub(width);
    // A table that lacks the column for `是` is another mistake.
    let fits = columns.description == Some(width - 1) && columns.required.is_some_and(|at| at < width);
    if surplus > 0 && (fits || surplus > 1) && width > 0 {
        for cell in cells.split_off(width) {
            if let Some(last) = cells.last_mut() {
                last.lines.extend(cell.lines);
            }
        }
    }
    Row { line: row.line, level: row.level, cells }
}

/// Whether a table behind the first one of a part is a part of the running text: its names are no names of fields, or
/// it has none.
pub(crate) fn explains(table: &Table) -> bool {
    let columns = columns(table, &mut Problems::default());
    let named = |row: &Row| {
        let at = columns.as_ref().map_or(0, |columns| columns.name);
        row.cells.get(at).is_some_and(|cell| name(cell, None).1.is_ascii())
    };
    columns.as_ref().is_none_or(|columns| columns.ty.is_none()) || !table.rows.iter().any(named)
}

fn columns(table: &Table, problems: &mut Problems) -> Option<Columns> {
    let mut columns = Columns::default();
    let mut name = None;
    for (at, title) in table.header.iter().enumerate() {
        match title.replace("&nbsp;", " ").trim().trim_matches('*').trim() {
            "名称" | "参数名" | "参数" | "字段" | "字段名" | "字段名称" | "参数名称" | "属性名称" | "Name" => {
                name = Some(at)
            }
            "类型" | "数据类型" | "参数类型" | "字段类型" | "Type" | "格式" if columns.ty.is_none() => {
                columns.ty = Some(at);
            }
            "类型" | "格式" | "来源" => columns.place = Some(at),
            "必填" | "是否必填" | "必须" | "是否必须" | "必填 / 选填" => columns.required = Some(at),
            "描述" | "说明" | "字段描述" | "Description" => columns.description = Some(at),
            "示例" | "示例值" => columns.example = Some(at),
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
    // A line across the table.
    if !name.is_empty() && name.bytes().all(|byte| byte == b'=') {
        return None;
    }
    let marked = ["必选", "必填"].into_iter().find_map(|mark| name.strip_suffix(mark));
    let must = marked.is_some();
    let name = marked.map_or(name.clone(), |name| name.trim().to_owned());
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.、∟ ".contains(c);
    let spaced = name.contains(' ') && !name.contains('∟');
    if name.is_empty() || spaced || !name.chars().all(plain) {
        problems.push(row.line, format!("no name of a field: {}", shorten(&name)));
    }
    let mut item = Item { name, line: row.line, bare: format == Format::Digest, ..Item::default() };
    if let Some(cell) = columns.ty.and_then(|at| row.cells.get(at)) {
        item.type_text = cell.word();
        item.ty = type_of_text(&item.type_text);
        if !is_type_text(&item.type_text) {
            let what = format!("type not understood: {}", shorten(&item.type_text));
            problems.push(row.line, what);
        }
    }
    if let Some(cell) = columns.required.and_then(|at| row.cells.get(at)) {
        item.required = required(cell, row.line, problems);
    }
    item.required = item.required.or(must.then_some(true));
    item.in_query = columns.place.and_then(|at| row.cells.get(at)).is_some_and(|cell| cell.text().contains("URL"));
    if let Some(cell) = columns.description.and_then(|at| row.cells.get(at)) {
        describe(cell, &mut item, format, problems);
    }
    if let Some(cell) = columns.example.and_then(|at| row.cells.get(at))
        && item.example.is_none()
        && !cell.text().is_empty()
    {
        item.example = Some(Stated::new(cell.text(), row.line));
    }
    Some((level, item))
}

/// `&nbsp;&nbsp;└ name`, `∟name`, or a level from the markup.
fn name(cell: &Cell, level: Option<usize>) -> (usize, String) {
    let text = cell.text();
    let raw = cell.lines.first().map_or("", |line| line.text.as_str());
    let blanks = |blank: char| raw.trim_start_matches(' ').chars().take_while(|c| *c == blank).count();
    let (spaces, wide) = (blanks('\u{a0}'), blanks('\u{2003}'));
    let corners = text.chars().filter(|c| *c == '∟').count();
    let drawn = if wide > 0 {
        wide
    } else if corners > 0 {
        corners
    } else {
        spaces / 2
    };
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
            Label::Enum => {
                let listed = enums::read(&part, element(&item.ty) == &Ty::Boolean, problems);
                item.enum_values.extend(listed.values);
                prose.extend(listed.prose);
            }
            Label::Rules | Label::Length | Label::Rule(_) => prose.extend(rules::read(&part, item, problems)),
            Label::Required => {
                item.required = demanded(&part, item, problems);
            }
            Label::FieldScopes => {
                item.field_scopes.extend(scopes::read(&part.lines, problems));
            }
            Label::Example => item.example = stated(&part, item, &mut prose, problems),
            Label::Default => {
                let default = stated(&part, item, &mut prose, problems);
                item.default = default.filter(|default| !says_none(&default.value, &mut prose));
            }
            Label::Fixed => {
                if let Some(fixed) = stated(&part, item, &mut prose, problems) {
                    item.enum_values.push(EnumValue {
                        value: fixed.value.trim_matches('"').to_owned(),
                        description: String::new(),
                        line: fixed.line,
                    });
                }
            }
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

/// `空`, `空，由系统生成`: there is no default. What more is said is running text.
fn says_none(text: &str, prose: &mut Vec<String>) -> bool {
    let bare = text.trim_matches('`');
    let empty =
        bare.strip_prefix('空').is_some_and(|rest| rest.is_empty() || rest.starts_with(['，', '。', ',', ' ', '（']));
    if empty && bare.chars().count() > 1 {
        prose.push(bare.to_owned());
    }
    empty || matches!(bare, "无" | "-" | "/")
}

/// What the text says of a field that the table may say otherwise.
fn demanded(part: &Labelled, item: &Item, problems: &mut Problems) -> Option<bool> {
    let text = part.text();
    let said = match text.chars().next() {
        Some('是') => true,
        Some('否') => false,
        _ => {
            problems.push(part.line, format!("neither required nor optional: {}", shorten(&text)));
            return item.required;
        }
    };
    if item.required.is_some_and(|required| required != said) {
        problems
            .push(part.line, format!("`{}` is required in the text and not in the table, or the reverse", item.name));
    }
    item.required.or(Some(said))
}

/// Values in the running text. Where the format does not tell a list of values from a list, their text stays.
fn take_values(part: &mut Labelled, item: &mut Item, format: Format) {
    if matches!(item.ty, Ty::Map) || (format != Format::FlatMarkdown && enums::mixes(&part.lines)) {
        return;
    }
    let mut lines = part.lines.clone();
    let values =
        if format == Format::FlatMarkdown { enums::take_plain(&mut lines) } else { enums::take_ticked(&mut lines) };
    if !values.is_empty() {
        item.enum_loose = format == Format::FlatMarkdown;
        item.enum_values.extend(values);
        if !item.enum_loose {
            part.lines = lines;
        }
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

/// Builds the tree from the depths as they are drawn: a field belongs to the nearest one above that stands further left.
///
/// Fields below a text say what its JSON holds; they are its running text.
pub(crate) fn tree(items: Vec<Leveled>, problems: &mut Problems) -> Vec<Item> {
    let mut open: Vec<Leveled> = Vec::new();
    let mut roots = Vec::new();
    for (level, item) in items {
        close(&mut open, &mut roots, level);
        if level > 0 && open.is_empty() {
            problems.push(item.line, format!("`{}` stands {level} deep below no field", item.name));
        }
        if let Some((_, parent)) = open.last()
            && !may_hold_fields(parent)
        {
            problems.push(item.line, format!("`{}` is a field of a primitive", item.name));
        }
        open.push((level, item));
    }
    close(&mut open, &mut roots, 0);
    roots.iter_mut().for_each(settle);
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

fn close(open: &mut Vec<Leveled>, roots: &mut Vec<Item>, level: usize) {
    while open.last().is_some_and(|(last, _)| *last >= level) {
        let Some((_, item)) = open.pop() else { return };
        match open.last_mut() {
            Some((_, parent)) => parent.children.push(item),
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

/// `file` may be the name of an object, and a text may hold JSON.
fn may_hold_fields(item: &Item) -> bool {
    let json = || ["json", "JSON", "Json", "序列化"].iter().any(|word| item.prose.contains(word));
    has_fields(&item.ty) || *element(&item.ty) == Ty::File || (item.ty == Ty::String && json())
}

/// The type of one value: of a list, that of its elements.
fn element(ty: &Ty) -> &Ty {
    match ty {
        Ty::List(inner) => element(inner),
        other => other,
    }
}

/// `-` and `file` with fields below it are objects; the fields of a text are running text.
fn settle(item: &mut Item) {
    if !item.children.is_empty() {
        match &item.ty {
            Ty::Unknown | Ty::File => item.ty = Ty::Object,
            Ty::List(inner) if matches!(**inner, Ty::File | Ty::Unknown) => item.ty = Ty::List(Box::new(Ty::Object)),
            Ty::String => {
                let children = std::mem::take(&mut item.children);
                spell_out(&children, &mut item.prose);
            }
            _ => {}
        }
    }
    item.children.iter_mut().for_each(settle);
}

fn spell_out(items: &[Item], prose: &mut String) {
    for item in items {
        prose.push_str(&format!("\n{}：{}", item.name, item.prose));
        spell_out(&item.children, prose);
    }
}

/// Whether a flat list may hide a tree: something in it can have fields, and is not the last.
pub(crate) fn may_nest(items: &[Leveled]) -> bool {
    let before_last = items.split_last().map_or(items, |(_, rest)| rest);
    before_last.iter().any(|(_, item)| has_fields(&item.ty))
}
