//! Follows `$ref`, within a file and across files.

use openapiv3::{Parameter, ReferenceOr, Response, Schema};

use super::document::{Document, Documents};
use crate::diagnostic::{Code, Diagnostic, Pointer, nearest, unescaped};
use crate::dialect::Section;
use crate::yaml::Tree;

/// The file and name that a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Resolved {
    pub(crate) file: String,
    pub(crate) name: String,
}

impl Resolved {
    /// The place of the component itself.
    pub(crate) fn place(&self, section: Section) -> Pointer {
        Pointer::file(&self.file).key("components").key(section.name()).key(&self.name)
    }
}

impl<'s> Documents<'s> {
    /// Where `reference`, which stands at `place`, leads to.
    ///
    /// `Err(None)` means that the target is in a file whose mistakes are reported already.
    pub(crate) fn resolve(
        &self,
        place: &Pointer,
        reference: &str,
        expected: Section,
    ) -> Result<Resolved, Option<Box<Diagnostic>>> {
        let fail = |message: String, help: String| {
            let diagnostic = Diagnostic::new(Code::BadReference, &place.key("$ref"), message)
                .label("refers to nothing that can stand here")
                .help(help);
            Err(Some(Box::new(diagnostic)))
        };
        let shape = "write `file.yaml#/components/schemas/Name`, the file relative to this one";
        let Some((path, fragment)) = reference.split_once('#') else {
            return fail(format!("`{reference}` has no `#`"), shape.to_owned());
        };
        let file = if path.is_empty() { place.file.clone() } else { join(&place.file, path) };
        if self.is_broken(&file) {
            return Err(None);
        }
        let Some(document) = self.get(&file) else {
            let known = self.iter().map(|document| document.path.as_str());
            let help = match nearest(&file, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "paths are relative to the file that holds the reference".to_owned(),
            };
            return fail(format!("there is no file `{file}`"), help);
        };
        let parts: Vec<&str> = fragment.split('/').collect();
        let ["", "components", section, name] = parts[..] else {
            return fail(format!("`#{fragment}` does not name a component"), shape.to_owned());
        };
        let name = unescaped(name).into_owned();
        match Section::ALL.into_iter().find(|candidate| candidate.name() == section) {
            Some(section) if section == expected => {}
            _ => {
                let help = format!("here stands a reference into `#/components/{}/`", expected.name());
                return fail(format!("`{section}` is the wrong kind of component"), help);
            }
        }
        let resolved = Resolved { file, name };
        if self.component(&resolved, expected).is_some() {
            return Ok(resolved);
        }
        let Resolved { file, name } = resolved;
        let names = document.names(expected);
        let help = match nearest(&name, names.into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add `{name}` under `components.{}` of `{file}`", expected.name()),
        };
        fail(format!("`{file}` has no component `{name}`"), help)
    }

    /// The tree that a resolved reference leads to.
    pub(crate) fn component(&self, resolved: &Resolved, section: Section) -> Option<&Tree<'s>> {
        self.get(&resolved.file)?.tree.get("components")?.get(section.name())?.get(&resolved.name)
    }

    /// The schema that a resolved reference leads to.
    pub(crate) fn schema(&self, resolved: &Resolved) -> Option<&ReferenceOr<Schema>> {
        self.get(&resolved.file)?.openapi.components.as_ref()?.schemas.get(&resolved.name)
    }

    /// The parameter that a resolved reference leads to.
    pub(crate) fn parameter(&self, resolved: &Resolved) -> Option<&ReferenceOr<Parameter>> {
        self.get(&resolved.file)?.openapi.components.as_ref()?.parameters.get(&resolved.name)
    }

    /// The response that a resolved reference leads to.
    pub(crate) fn response(&self, resolved: &Resolved) -> Option<&ReferenceOr<Response>> {
        self.get(&resolved.file)?.openapi.components.as_ref()?.responses.get(&resolved.name)
    }
}

impl Document<'_> {
    /// The names of the components in one section.
    pub(crate) fn names(&self, section: Section) -> Vec<&str> {
        let section = self.tree.get("components").and_then(|components| components.get(section.name()));
        section.map_or_else(Vec::new, |tree| tree.entries().iter().map(|(name, _)| &**name).collect())
    }
}

/// Joins a relative path to the folder of `file`.
fn join(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
