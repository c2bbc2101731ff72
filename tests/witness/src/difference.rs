//! What an SDK declares, held against the spec.

use crate::fields::{Fields, Kind, SdkField, SpecField};

/// Something in which a witness differs from us.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// `place: ours, theirs`
    pub text: String,
    /// The operation.
    pub operation: String,
}

/// How declared fields can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Both have the field, with types that do not agree.
    Type,
    /// A request needs the field on one side only.
    Required,
    /// Only the spec has the field.
    OnlySpec,
    /// Only the SDK has the field.
    OnlySdk,
}

/// Where the declared fields differ, as `place: ours, theirs`.
///
/// The place of a field of a type is the type, since a type is written once and used by many operations.
pub fn declared(ours: &Fields<SpecField>, theirs: &Fields<SdkField>) -> Vec<(Sort, String)> {
    let mut found = Vec::new();
    let mut differing: Vec<&str> = Vec::new();
    let places = ours.keys().chain(theirs.keys().filter(|place| !ours.contains_key(*place)));
    let mut places: Vec<&String> = places.collect();
    // A place comes before what is below it.
    places.sort();
    for place in places {
        if differing.iter().any(|above| is_below(place, above)) {
            continue;
        }
        let difference = match (ours.get(place), theirs.get(place)) {
            (Some(ours), Some(theirs)) => kinds(ours, *theirs)
                .map(|text| (Sort::Type, text))
                .or_else(|| Some((Sort::Required, required(place, ours, *theirs)?))),
            (Some(ours), None) => Some((Sort::OnlySpec, format!("{}: declared, nothing", ours.stands))),
            (None, _) => Some((Sort::OnlySdk, format!("{}: nothing, declared", stands(place, ours)))),
        };
        if let Some(difference) = difference {
            found.push(difference);
            differing.push(place);
        }
    }
    found
}

fn is_below(place: &str, above: &str) -> bool {
    place.strip_prefix(above).is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn kinds(ours: &SpecField, theirs: SdkField) -> Option<String> {
    let agree = match (ours.kind, theirs.kind) {
        (_, Kind::Any) => true,
        // TypeScript knows no other numbers.
        (Kind::Integer | Kind::Number, Kind::Number) => true,
        // Python's models call whole numbers so even where they travel as text, as 64 bits do.
        (Kind::String, Kind::Integer) => true,
        (ours, theirs) => ours == theirs,
    };
    (!agree).then(|| format!("{}: {}, {}", ours.stands, ours.kind.as_str(), theirs.kind.as_str()))
}

fn required(place: &str, ours: &SpecField, theirs: SdkField) -> Option<String> {
    // Answers are read leniently, whatever is required of them.
    if place.starts_with("answer") || place.ends_with("[]") {
        return None;
    }
    let word = |required| if required { "required" } else { "optional" };
    let theirs = theirs.required.filter(|theirs| *theirs != ours.required)?;
    Some(format!("{}: {}, {}", ours.stands, word(ours.required), word(theirs)))
}

/// Where the spec would have a field that it has not.
fn stands(place: &str, ours: &Fields<SpecField>) -> String {
    let Some((parent, name)) = place.rsplit_once('.') else { return place.to_owned() };
    let owner = ours.get(parent).and_then(|parent| parent.type_name.as_deref());
    format!("{}.{name}", owner.unwrap_or(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(kind: Kind, required: bool, stands: &str) -> SpecField {
        let type_name = (kind == Kind::Object).then(|| "Task".to_owned());
        SpecField { kind, required, stands: stands.to_owned(), type_name }
    }

    fn check(mine: &[(&str, SpecField)], others: &[(&str, Kind, Option<bool>)], expected: &[&str]) {
        let mine = mine.iter().map(|(place, ours)| ((*place).to_owned(), ours.clone())).collect();
        let theirs = |(place, kind, required): &(&str, Kind, Option<bool>)| {
            ((*place).to_owned(), SdkField { kind: *kind, required: *required })
        };
        let found = declared(&mine, &others.iter().map(theirs).collect());
        assert_eq!(found.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn numbers_agree_as_far_as_a_language_tells_them_apart() {
        let mine = [
            ("query.a", ours(Kind::Integer, false, "query.a")),
            ("query.b", ours(Kind::Number, false, "query.b")),
            ("query.c", ours(Kind::String, false, "query.c")),
        ];
        let others =
            [("query.a", Kind::Number, None), ("query.b", Kind::Number, Some(false)), ("query.c", Kind::Integer, None)];
        check(&mine, &others, &[]);
        check(&mine[2..], &[("query.c", Kind::Number, None)], &["query.c: string, number"]);
    }

    #[test]
    fn a_field_of_a_type_is_told_once_and_nothing_below_it() {
        let mine = [
            ("answer.task", ours(Kind::Object, false, "answer.task")),
            ("answer.task.due", ours(Kind::Object, false, "Task.due")),
            ("answer.task.due.time", ours(Kind::String, false, "Due.time")),
            ("answer.task.due_days", ours(Kind::String, false, "Task.due_days")),
        ];
        let others = [
            ("answer.task", Kind::Object, None),
            ("answer.task.url", Kind::Object, None),
            ("answer.task.url.x", Kind::String, None),
            ("answer.task.due_days", Kind::String, None),
        ];
        check(&mine, &others, &["Task.due: declared, nothing", "Task.url: nothing, declared"]);
    }

    #[test]
    fn what_is_required_matters_in_requests_only() {
        let mine = [
            ("answer.guid", ours(Kind::String, false, "answer.guid")),
            ("body.name", ours(Kind::String, true, "body.name")),
            ("body.size", ours(Kind::String, false, "body.size")),
        ];
        let others = [
            ("answer.guid", Kind::String, Some(true)),
            ("body.name", Kind::String, Some(false)),
            ("body.size", Kind::String, Some(true)),
        ];
        check(&mine, &others, &["body.name: required, optional", "body.size: optional, required"]);
    }
}
