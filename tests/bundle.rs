//! The self-contained documents that `cargo xtask bundle` writes for other tools.
//!
//! `bundle/<resource>.yaml` is read as `spec/demo/v1/<resource>.yaml` beside the real `spec/common.yaml`.

use std::collections::BTreeSet;

use feishu_openapi_codegen::bundle::{Bundle, bundle};
use feishu_openapi_codegen::{Source, read};
use feishu_openapi_tests::{common, spec, yaml_files};
use openapiv3::OpenAPI;
use serde_json::Value;

#[test]
fn a_small_spec_becomes_the_reviewed_document() {
    let mut sources = vec![common()];
    let resources = yaml_files("bundle").into_iter();
    sources.extend(resources.map(|(name, text)| Source::new(format!("spec/demo/v1/{name}.yaml"), text)));
    let bundles = bundle(&sources).expect("the fixture has no mistakes");
    let [bundle] = &bundles[..] else { panic!("one version, one bundle") };
    insta::with_settings!({ snapshot_path => "bundle", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("demo-v1", bundle.yaml);
    });
}

#[test]
fn every_reference_leads_to_a_component_of_the_same_document() {
    for bundle in real() {
        let document = json(&bundle);
        let mut references = BTreeSet::new();
        collect(&document, &mut references);
        assert!(!references.is_empty(), "{}", bundle.version);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("`{reference}` leaves the document"));
            assert!(document.pointer(pointer).is_some(), "`{reference}` leads nowhere in {}", bundle.version);
        }
    }
}

#[test]
fn json_and_yaml_say_the_same_and_survive_openapiv3() {
    for bundle in real() {
        let from_yaml: Value = serde_yaml::from_str(&bundle.yaml).expect("the bundle is YAML");
        assert_eq!(differences("", &from_yaml, &json(&bundle)), [""; 0], "{}", bundle.version);
        let document: OpenAPI = serde_json::from_str(&bundle.json).expect("the bundle is OpenAPI 3.0");
        let mut again = serde_json::to_value(&document).expect("a document can be written");
        let mut expected = json(&bundle);
        without_defaults(&mut again);
        without_defaults(&mut expected);
        assert_eq!(differences("", &expected, &again), [""; 0], "{}", bundle.version);
    }
}

#[test]
fn a_bundle_holds_what_the_spec_holds() {
    let api = read(&spec()).expect("the spec has no mistakes");
    let bundles = real();
    assert_eq!(bundles.len(), api.versions.len());
    for (bundle, version) in bundles.iter().zip(&api.versions) {
        let document: OpenAPI = serde_json::from_str(&bundle.json).expect("the bundle is OpenAPI 3.0");
        let written = document.operations().filter_map(|(_, _, operation)| operation.operation_id.clone());
        let in_spec = version.resources.iter().flat_map(|resource| &resource.operations);
        assert_eq!(
            written.collect::<BTreeSet<_>>(),
            in_spec.clone().map(|operation| operation.id.clone()).collect::<BTreeSet<_>>()
        );
        let codes = document.operations().map(|(_, _, operation)| operation.extensions["x-feishu-errors"].as_array());
        assert_eq!(
            codes.map(|codes| codes.map_or(0, Vec::len)).sum::<usize>(),
            in_spec.clone().map(|operation| operation.errors.len()).sum::<usize>()
        );
        let components = document.components.unwrap_or_default();
        for definition in version.types.iter().chain(version.resources.iter().flat_map(|resource| &resource.types)) {
            // An inline enum is a type in Rust, but no component.
            if components.schemas.contains_key(definition.name()) {
                continue;
            }
            let inline = version.resources.iter().flat_map(|resource| &resource.operations);
            let owners =
                inline.map(|operation| operation.request.as_str()).chain(components.schemas.keys().map(String::as_str));
            let mut owners = owners.filter(|owner| definition.name().starts_with(owner));
            assert!(owners.next().is_some(), "{} lacks `{}`", bundle.version, definition.name());
        }
        assert_eq!(document.tags.len(), version.resources.len());
    }
}

#[test]
fn the_same_spec_gives_the_same_text_in_any_order_of_files() {
    let mut sources = spec();
    sources.reverse();
    assert_eq!(bundle(&sources).expect("the spec has no mistakes"), real());
}

fn real() -> Vec<Bundle> {
    bundle(&spec()).expect("the spec has no mistakes")
}

fn json(bundle: &Bundle) -> Value {
    serde_json::from_str(&bundle.json).expect("the bundle is JSON")
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            if let Some(Value::String(reference)) = entries.get("$ref") {
                references.insert(reference.clone());
            }
            entries.values().for_each(|value| collect(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

/// `openapiv3` writes the `style` of each parameter although it is the default, and leaves out empty `properties`.
fn without_defaults(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            if entries.contains_key("in") {
                entries.remove("style");
            }
            if entries.get("properties").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
                entries.remove("properties");
            }
            entries.values_mut().for_each(without_defaults);
        }
        Value::Array(list) => list.iter_mut().for_each(without_defaults),
        _ => {}
    }
}

/// Where two values differ.
fn differences(place: &str, left: &Value, right: &Value) -> Vec<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            let nothing = &Value::Null;
            let value = |entries, key| serde_json::Map::get(entries, key).unwrap_or(nothing);
            keys.into_iter()
                .flat_map(|key| differences(&format!("{place}/{key}"), value(left, key), value(right, key)))
                .collect()
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let pairs = left.iter().zip(right).enumerate();
            pairs.flat_map(|(index, (left, right))| differences(&format!("{place}/{index}"), left, right)).collect()
        }
        _ if left == right => Vec::new(),
        _ => vec![format!("{place}: {left} became {right}")],
    }
}
