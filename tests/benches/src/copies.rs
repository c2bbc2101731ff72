//! The spec many times over: copies with other names for operations and types.

use std::fs;
use std::path::{Path, PathBuf};

use feishu_openapi_codegen::Source;
use feishu_openapi_codegen::bundle::bundle;
use serde_json::{Map, Value, json};

use crate::strip::strip;

/// The spec as our generator reads it, `copies` times: each copy is a service of its own.
pub fn sources(copies: usize) -> Vec<Source> {
    let mut all = Vec::new();
    for source in spec() {
        let Some(rest) = source.path.strip_prefix("spec/task/") else {
            all.push(source);
            continue;
        };
        for copy in 0..copies {
            let service = service(copy);
            let text = source
                .text
                .replace("task.v", &format!("{service}.v"))
                // Events, as keys and in their examples.
                .replace(" task.task.", &format!(" {service}.task."))
                .replace("/open-apis/task/", &format!("/open-apis/{service}/"));
            all.push(Source::new(format!("spec/{service}/{rest}"), text));
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The same as one YAML document that progenitor takes.
pub fn stripped(copies: usize) -> String {
    serde_yaml::to_string(&document(copies)).unwrap_or_default()
}

/// The same as JSON, which costs progenitor less to read.
pub fn stripped_json(copies: usize) -> String {
    serde_json::to_string(&document(copies)).unwrap_or_default()
}

/// All versions and copies, bundled and stripped.
fn document(copies: usize) -> Value {
    let bundles = bundle(&spec()).unwrap_or_default();
    let mut paths = Map::new();
    let mut components = Map::new();
    for copy in 0..copies {
        for bundle in &bundles {
            let prefix = format!("C{copy}{}", bundle.version.to_uppercase());
            let text = bundle
                .json
                .replace("#/components/schemas/", &format!("#/components/schemas/{prefix}"))
                .replace("\"task.v", &format!("\"{}.v", service(copy)))
                .replace("/open-apis/task/", &format!("/open-apis/{}/", service(copy)));
            let mut document: Value = serde_json::from_str(&text).unwrap_or_default();
            strip(&mut document);
            for (section, entries) in document["components"].as_object().into_iter().flatten() {
                let target = components.entry(section.clone()).or_insert_with(|| json!({}));
                for (name, value) in entries.as_object().into_iter().flatten() {
                    let name = if section == "schemas" { format!("{prefix}{name}") } else { name.clone() };
                    target[name] = value.clone();
                }
            }
            paths.extend(document["paths"].as_object().cloned().unwrap_or_default());
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Feishu Task", "version": "v2"},
        "paths": paths,
        "components": components,
    })
}

/// How many operations our generator reads. Events have ids, too, and are not counted.
pub fn operations(sources: &[Source]) -> usize {
    let paths = sources.iter().filter_map(|source| source.text.split("\nx-webhooks:").next());
    paths.map(|text| text.matches(" operationId:").count()).sum()
}

fn service(copy: usize) -> String {
    if copy == 0 { "task".to_owned() } else { format!("copy{copy}") }
}

fn spec() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    collect(&root.join("spec"), &mut files);
    files.sort();
    let source = |path: &PathBuf| {
        let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        Source::new(name, fs::read_to_string(path).unwrap_or_default())
    };
    files.iter().map(source).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}
