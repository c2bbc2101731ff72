//! The digest format's notes on types: `- **member** 类型说明:` and `id: string <br> type: string`.

use crate::blocks::Block;
use crate::facts::Item;
use crate::problems::{Problems, shorten};
use crate::sections::Section;
use crate::types::{Ty, type_of_text};

/// Reads the notes and hangs the fields of a type below every field of it.
pub(crate) fn read(section: &Section, items: &mut [Item], problems: &mut Problems) {
    let mut name: Option<String> = None;
    for block in &section.blocks {
        let Block::Text { line, text } = block else {
            continue;
        };
        if let Some(noted) = noted_type(text) {
            name = Some(noted.to_owned());
        } else if text.starts_with("**") || text.ends_with("基本属性:") {
            // Headings of the notes.
        } else if let Some(name) = &name {
            let fields = fields(text, *line, problems);
            items.iter_mut().for_each(|item| attach(item, name, &fields));
        } else {
            problems.push(*line, format!("not understood: {}", shorten(text)));
        }
    }
}

fn noted_type(text: &str) -> Option<&str> {
    let (name, rest) = text.strip_prefix("- **")?.split_once("**")?;
    rest.trim().starts_with("类型说明").then_some(name)
}

fn fields(text: &str, line: usize, problems: &mut Problems) -> Vec<Item> {
    let mut fields = Vec::new();
    for part in text.split("<br>").map(str::trim).filter(|part| !part.is_empty()) {
        let Some((name, ty)) = part.split_once(':') else {
            problems.push(line, format!("field not understood: {}", shorten(part)));
            continue;
        };
        fields.push(Item {
            name: name.trim().to_owned(),
            type_text: ty.trim().to_owned(),
            ty: type_of_text(ty),
            line,
            bare: true,
            ..Item::default()
        });
    }
    fields
}

fn attach(item: &mut Item, name: &str, fields: &[Item]) {
    let element = item.type_text.trim_end_matches("[]");
    if element == name && matches!(item.ty, Ty::Object | Ty::List(_)) {
        item.children.extend(fields.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections::Part;

    #[test]
    fn a_note_gives_fields_to_a_type() {
        let text = |line, text: &str| Block::Text { line, text: text.to_owned() };
        let section = Section {
            part: Part::Body,
            line: 1,
            blocks: vec![text(2, "- **pet** 类型说明:"), text(3, "id: string <br> age: int")],
        };
        let mut items = [Item { type_text: "pet[]".to_owned(), ty: type_of_text("pet[]"), ..Item::default() }];
        let mut problems = Problems::default();
        read(&section, &mut items, &mut problems);
        assert_eq!(items[0].children[1].ty, Ty::Int);
        assert!(problems.into_vec().is_empty());
    }
}
