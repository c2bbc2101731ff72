//! Compares a flat list, whose nesting the format lost, with the spec's tree.
//!
//! Both are lists of names in page order. Where they agree, each row is the field at its place;
//! where not, what the order proves is decided, and the rest is undecidable.

use super::items::{Context, presence};
use super::{Group, Report, count_fields};
use crate::facts::{Fact, Item};
use crate::types::Ty;

/// More rows than any page has; beyond it nothing is decided.
const MOST: usize = 2_000;

/// Compares `page`, a flat list, with the tree `spec`.
pub(crate) fn compare(context: &Context<'_>, root: &str, page: &[Item], spec: &[Item], report: &mut Report) {
    let mut fields = Vec::new();
    flatten(root, spec, &mut fields);
    let line = page.first().map_or(0, |item| item.line);
    let note = if page.len() > MOST || fields.len() > MOST {
        "the format lost the nesting; too many fields to compare"
    } else {
        align(context, root, page, &fields, report);
        "the format lost the nesting; fields were compared in page order"
    };
    let said = Some((count_fields(page.len()), line));
    let difference = report.add(root, Fact::Presence, Group::Undecidable, said, None);
    difference.note = Some(note.to_owned());
}

fn flatten<'a>(root: &str, items: &'a [Item], out: &mut Vec<(String, &'a Item)>) {
    for item in items {
        let place = format!("{root}.{}", item.name);
        out.push((place.clone(), item));
        flatten(&place, &item.children, out);
    }
}

fn align(context: &Context<'_>, root: &str, page: &[Item], spec: &[(String, &Item)], report: &mut Report) {
    let count = |name: &str| {
        let rows = page.iter().filter(|item| item.name == name).count();
        let fields = spec.iter().filter(|(_, item)| item.name == name).count();
        (rows, fields)
    };
    // A field that is missing as a whole speaks for those below it.
    let mut absent: Vec<String> = Vec::new();
    let mut open: Option<&str> = None;
    for step in steps(page, spec) {
        match step {
            (Some(row), Some(at)) => {
                open = None;
                let (place, item) = &spec[at];
                let (rows, fields) = count(&item.name);
                pair(context, place, (&page[row], item), rows == fields, report);
            }
            (Some(row), None) => {
                let item = &page[row];
                let place = format!("{root}.?.{}", item.name);
                let unknown = count(&item.name).1 == 0;
                let group = if unknown && open.is_none() { Group::MissingInSpec } else { Group::Undecidable };
                let difference = report.add(&place, Fact::Presence, group, presence(item), None);
                if let Some(above) = open {
                    difference.note = Some(format!("it may stand below `{above}`"));
                } else if unknown && is_object(&item.ty) {
                    open = Some(&item.name);
                }
            }
            (None, Some(at)) => {
                let (place, item) = &spec[at];
                if absent.iter().any(|above| place.starts_with(above)) {
                    continue;
                }
                let group = match count(&item.name) {
                    (0, _) => Group::ExtraInSpec,
                    _ => Group::Undecidable,
                };
                if group == Group::ExtraInSpec {
                    absent.push(format!("{place}."));
                }
                report.add(place, Fact::Presence, group, None, presence(item));
            }
            (None, None) => {}
        }
    }
}

/// Compares a row with its field. Where another field of this name is missing or extra, it may be this one.
fn pair(context: &Context<'_>, place: &str, (row, field): (&Item, &Item), sure: bool, report: &mut Report) {
    let mut found = Report::default();
    context.item(place, row, field, &mut found);
    for mut difference in found.differences {
        if !sure {
            difference.group = Group::Undecidable;
        }
        report.differences.push(difference);
    }
    report.unstated.append(&mut found.unstated);
}

fn is_object(ty: &Ty) -> bool {
    match ty {
        Ty::Object => true,
        Ty::List(item) => is_object(item),
        _ => false,
    }
}

type Step = (Option<usize>, Option<usize>);

/// The longest common subsequence of the names, as steps through both lists.
fn steps(page: &[Item], spec: &[(String, &Item)]) -> Vec<Step> {
    let width = spec.len() + 1;
    let mut longest = vec![0_u32; (page.len() + 1) * width];
    for row in (0..page.len()).rev() {
        for at in (0..spec.len()).rev() {
            longest[row * width + at] = if page[row].name == spec[at].1.name {
                longest[(row + 1) * width + at + 1] + 1
            } else {
                longest[(row + 1) * width + at].max(longest[row * width + at + 1])
            };
        }
    }
    let (mut row, mut at) = (0, 0);
    let mut steps = Vec::new();
    while row < page.len() || at < spec.len() {
        if row < page.len() && at < spec.len() && page[row].name == spec[at].1.name {
            steps.push((Some(row), Some(at)));
            row += 1;
            at += 1;
        } else if at == spec.len()
            || (row < page.len() && longest[(row + 1) * width + at] >= longest[row * width + at + 1])
        {
            steps.push((Some(row), None));
            row += 1;
        } else {
            steps.push((None, Some(at)));
            at += 1;
        }
    }
    steps
}
