//! What `openapiv3` demands of a schema beyond its keys: it takes what does not fit for a schema of any type.

use super::check::Checker;
use super::grammar::type_of_key;
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::{Step, Tree};

impl<'a> Checker<'a, '_> {
    /// Holds one schema against its type.
    pub(super) fn schema(&mut self, tree: &'a Tree) {
        let Some(ty) = tree.get("type").and_then(Tree::text) else {
            if tree.get("type").is_none() && tree.get("allOf").is_none() {
                self.no_type(tree);
            }
            return;
        };
        self.enum_values(ty, tree);
        if ty == "integer" {
            self.whole_bounds(tree);
        }
    }

    fn no_type(&mut self, tree: &Tree) {
        let help = match tree.entries().iter().find_map(|(key, _)| type_of_key(key)) {
            Some(ty) => format!("add `type: {ty}`"),
            None => "add `type`, or refer to a component by `$ref`".to_owned(),
        };
        let place = self.place();
        self.fail(
            Diagnostic::new(Code::SchemaType, &place, "this schema has no `type`")
                .at_key()
                .label("what its values are is not said")
                .help(help),
        );
    }

    fn enum_values(&mut self, ty: &str, tree: &'a Tree) {
        let Some(Tree::List(values)) = tree.get("enum") else { return };
        self.below(Step::Key("enum"), |walk| {
            if values.is_empty() {
                let place = walk.place();
                walk.fail(
                    Diagnostic::new(Code::EnumValues, &place, "this enum has no values")
                        .at_key()
                        .label("nothing would be allowed")
                        .help("list the values, or leave `enum` out"),
                );
            }
            for (index, value) in values.iter().enumerate() {
                let help = match (ty, value) {
                    ("string", Tree::Text(_)) | ("integer", Tree::Integer(_)) => continue,
                    // What goes with other types is another rule.
                    ("string", Tree::Integer(_) | Tree::Float(_) | Tree::Bool(_)) => "put it in quotes",
                    ("integer", Tree::Text(text)) if text.parse::<i64>().is_ok() => "leave the quotes out",
                    ("string" | "integer", _) => "write another value, or another `type`",
                    _ => continue,
                };
                let place = walk.place().index(index);
                let expected = if ty == "string" { "a string" } else { "an integer" };
                let message = format!("a value of this enum is {}, not {expected}", value.kind());
                walk.fail(
                    Diagnostic::new(Code::EnumType, &place, message).label(format!("expected {expected}")).help(help),
                );
            }
        });
    }

    fn whole_bounds(&mut self, tree: &'a Tree) {
        for key in ["minimum", "maximum"] {
            if let Some(Tree::Float(value)) = tree.get(key) {
                let place = self.place().key(key);
                self.fail(
                    Diagnostic::new(
                        Code::WrongKind,
                        &place,
                        format!("`{key}` of an integer must be an integer, not {value}"),
                    )
                    .label("expected an integer")
                    .help("write an integer, or `type: number`"),
                );
            }
        }
    }
}
