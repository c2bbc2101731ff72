//! Joins the files of one service version into one self-contained OpenAPI document, for other tools.
//!
//! Works on the YAML trees, after they passed [`read`](crate::read): what a tool of ours would not know survives.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostics, Pointer};
use crate::dialect::{Section, references};
use crate::ir::{Resource, Version};
use crate::load::{Document, Documents};
use crate::names::pascal;
use crate::source::Source;
use crate::yaml::{self, Entry, Tree};

/// One service version as a document without references to other files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// `task`
    pub service: String,
    /// `v2`
    pub version: String,
    /// The document as JSON.
    pub json: String,
    /// The same as YAML.
    pub yaml: String,
}

/// Reads a spec and joins its files, one document for each service version.
pub fn bundle(sources: &[Source]) -> Result<Vec<Bundle>, Diagnostics> {
    let (documents, api) = crate::checked(sources)?;
    let components = Components::of(&documents);
    Ok(api.versions.iter().map(|version| written(version, &join(version, &documents, &components))).collect())
}

fn written(version: &Version, tree: &Tree) -> Bundle {
    // A tree has only text as keys and only finite numbers, so that neither format can refuse it.
    let json = serde_json::to_string_pretty(tree).unwrap_or_default() + "\n";
    let yaml = yaml::write(tree);
    Bundle { service: version.service.clone(), version: version.version.clone(), json, yaml }
}

/// Where a component is defined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    file: String,
    section: Section,
    name: String,
}

impl Id {
    /// The reference as it stands between the two rewritings: `file#/components/section/name`.
    fn absolute(&self) -> String {
        format!("{}#/components/{}/{}", self.file, self.section.name(), escaped(&self.name))
    }

    /// What distinguishes the component from others of its name: `tasklist.Member`, `v2.Member`, `common.Member`.
    fn long_name(&self) -> String {
        let path = self.file.strip_prefix("spec/").unwrap_or(&self.file);
        let stem = path.strip_suffix(".yaml").unwrap_or(path);
        let parts: Vec<&str> = stem.split('/').collect();
        let prefix = match parts[..] {
            [_, version, "common"] => version,
            [.., last] => last,
            [] => stem,
        };
        format!("{prefix}.{}", self.name)
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The components of all files, their references made absolute.
struct Components<'s> {
    trees: BTreeMap<Id, Tree<'s>>,
    by_reference: BTreeMap<String, Id>,
}

impl<'s> Components<'s> {
    fn of(documents: &Documents<'s>) -> Self {
        let mut components = Components { trees: BTreeMap::new(), by_reference: BTreeMap::new() };
        for document in documents.iter() {
            let tree = absolute(document, documents);
            for section in Section::ALL {
                let found = tree.get("components").and_then(|components| components.get(section.name()));
                for (name, tree) in found.map_or(&[][..], Tree::entries) {
                    let id = Id { file: document.path.clone(), section, name: name.to_string() };
                    components.by_reference.insert(id.absolute(), id.clone());
                    components.trees.insert(id, tree.clone());
                }
            }
        }
        components
    }

    /// The component behind an absolute reference; one that only refers to another is followed.
    fn target(&self, reference: &str) -> Option<&Id> {
        let mut id = self.by_reference.get(reference)?;
        // A ring of references has no end; one round through all components suffices.
        for _ in 0..self.trees.len() {
            match self.alias(id) {
                Some(next) => id = self.by_reference.get(next)?,
                None => return Some(id),
            }
        }
        None
    }

    fn alias(&self, id: &Id) -> Option<&str> {
        self.trees.get(id)?.get("$ref")?.text()
    }

    /// All that the given references lead to, directly or through others.
    fn reachable(&self, start: Vec<String>) -> BTreeSet<Id> {
        let mut open = start;
        let mut found = BTreeSet::new();
        while let Some(reference) = open.pop() {
            let Some(id) = self.target(&reference) else { continue };
            if found.insert(id.clone()) {
                let mut tree = self.trees[id].clone();
                references::in_component(&mut tree, id.section, &mut |reference| open.push(reference.to_string()));
            }
        }
        found
    }
}

/// A document's tree with every reference as `file#/components/section/name`.
fn absolute<'s>(document: &Document<'s>, documents: &Documents<'s>) -> Tree<'s> {
    let mut tree = document.tree.clone();
    let place = Pointer::file(&document.path);
    references::in_document(&mut tree, &mut |reference| {
        let section = reference.rsplit('/').nth(1).and_then(Section::named);
        let resolved = section.and_then(|section| {
            let resolved = documents.resolve(&place, reference, section).ok()?;
            Some(Id { file: resolved.file, section, name: resolved.name })
        });
        if let Some(id) = resolved {
            *reference = id.absolute().into();
        }
    });
    tree
}

/// What components are called in one bundle. Equal ones share a name; different ones of one name get a prefix.
struct Names {
    by_id: BTreeMap<Id, String>,
}

impl Names {
    fn of(components: &Components, used: &BTreeSet<Id>) -> Self {
        let mut same: BTreeMap<Id, Id> = used.iter().map(|id| (id.clone(), id.clone())).collect();
        // Components are equal when what they refer to is; each round may find more of them.
        loop {
            let next = merged(components, &same);
            if next == same {
                break;
            }
            same = next;
        }
        let mut owners: BTreeMap<(Section, &str), BTreeSet<&Id>> = BTreeMap::new();
        for id in same.values() {
            owners.entry((id.section, &id.name)).or_default().insert(id);
        }
        let name = |id: &Id| match owners.get(&(id.section, id.name.as_str())) {
            Some(owners) if owners.len() > 1 => id.long_name(),
            _ => id.name.clone(),
        };
        Names { by_id: same.iter().map(|(id, first)| (id.clone(), name(first))).collect() }
    }

    fn rewrite(&self, components: &Components<'_>, reference: &mut Cow<'_, str>) {
        if let Some(id) = components.target(reference)
            && let Some(name) = self.by_id.get(id)
        {
            *reference = format!("#/components/{}/{}", id.section.name(), escaped(name)).into();
        }
    }
}

/// For each component the first one of its section and name that has the same content.
fn merged(components: &Components, same: &BTreeMap<Id, Id>) -> BTreeMap<Id, Id> {
    let mut firsts: BTreeMap<(Section, &str), Vec<(&Id, Tree)>> = BTreeMap::new();
    let mut next = BTreeMap::new();
    for id in same.keys() {
        let mut tree = components.trees[id].clone();
        references::in_component(&mut tree, id.section, &mut |reference| {
            if let Some(target) = components.target(reference) {
                *reference = same.get(target).unwrap_or(target).absolute().into();
            }
        });
        let known = firsts.entry((id.section, &id.name)).or_default();
        let first = match known.iter().find(|(_, other)| *other == tree) {
            Some((first, _)) => *first,
            None => {
                known.push((id, tree));
                id
            }
        };
        next.insert(id.clone(), first.clone());
    }
    next
}

fn join<'s>(version: &'s Version, documents: &Documents<'s>, components: &Components<'s>) -> Tree<'s> {
    let mut paths = Vec::new();
    let mut webhooks = Vec::new();
    let mut servers = Vec::new();
    for resource in &version.resources {
        if let Some(document) = documents.get(&resource.file) {
            let tree = absolute(document, documents);
            add_servers(&mut servers, &tree);
            add_paths(&mut paths, resource, &tree);
            webhooks.extend_from_slice(tree.get("x-webhooks").map_or(&[][..], Tree::entries));
        }
    }
    let mut tree = map([
        ("openapi", text("3.0.3")),
        ("info", info(version)),
        ("servers", Tree::List(servers)),
        ("tags", Tree::List(version.resources.iter().map(tag).collect())),
        ("paths", Tree::Map(paths)),
    ]);
    if let (false, Tree::Map(entries)) = (webhooks.is_empty(), &mut tree) {
        entries.push(("x-webhooks".into(), Tree::Map(webhooks)));
    }
    let folder = format!("spec/{}/{}/", version.service, version.version);
    let own = components.trees.keys().filter(|id| id.file.starts_with(&folder)).map(Id::absolute);
    let mut start: Vec<String> = own.collect();
    references::in_document(&mut tree, &mut |reference| start.push(reference.to_string()));
    let used = components.reachable(start);
    let names = Names::of(components, &used);
    if let Tree::Map(entries) = &mut tree {
        entries.push(("components".into(), section_trees(components, &names)));
    }
    references::in_document(&mut tree, &mut |reference| names.rewrite(components, reference));
    tree
}

fn info(version: &Version) -> Tree<'_> {
    let title = format!("Feishu {} {}", pascal(&version.service), version.version);
    let description = "All resources of this version in one document, joined from the files of the spec by \
        `cargo xtask bundle`; edit those, not this one.";
    map([("title", Tree::Text(title.into())), ("version", text(&version.version)), ("description", text(description))])
}

/// A resource becomes a tag, so that its description is not lost and tools can group by it.
fn tag(resource: &Resource) -> Tree<'_> {
    map([("name", text(&resource.name)), ("description", text(&resource.description))])
}

fn add_servers<'s>(servers: &mut Vec<Tree<'s>>, document: &Tree<'s>) {
    if let Some(Tree::List(list)) = document.get("servers") {
        for server in list {
            if !servers.contains(server) {
                servers.push(server.clone());
            }
        }
    }
}

/// Adds the operations of a resource. Two resources may share a path, with different methods.
fn add_paths<'s>(paths: &mut Vec<Entry<'s>>, resource: &'s Resource, document: &Tree<'s>) {
    for (path, item) in document.get("paths").map_or(&[][..], Tree::entries) {
        let operations = item.entries().iter().map(|(verb, operation)| {
            let mut entries = operation.entries().to_vec();
            entries.insert(0, ("tags".into(), Tree::List(vec![text(&resource.name)])));
            (verb.clone(), Tree::Map(entries))
        });
        match paths.iter_mut().find(|(known, _)| known == path) {
            Some((_, Tree::Map(known))) => known.extend(operations),
            _ => paths.push((path.clone(), Tree::Map(operations.collect()))),
        }
    }
}

/// The `components` of a bundle, each section sorted by name.
fn section_trees<'s>(components: &Components<'s>, names: &Names) -> Tree<'s> {
    let mut sections: BTreeMap<Section, BTreeMap<&str, &Tree<'s>>> = BTreeMap::new();
    for (id, name) in &names.by_id {
        if let Some(tree) = components.trees.get(id) {
            sections.entry(id.section).or_default().entry(name).or_insert(tree);
        }
    }
    let sections = sections.into_iter().map(|(section, trees)| {
        let trees = trees.into_iter().map(|(name, tree)| (Cow::Owned(name.to_owned()), tree.clone())).collect();
        (Cow::Borrowed(section.name()), Tree::Map(trees))
    });
    Tree::Map(sections.collect())
}

fn text(text: &str) -> Tree<'_> {
    Tree::Text(text.into())
}

fn map<'s, const N: usize>(entries: [(&'s str, Tree<'s>); N]) -> Tree<'s> {
    Tree::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
