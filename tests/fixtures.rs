//! Small specs, one behaviour each, and the Rust that comes out of them.
//!
//! `fixtures/<behaviour>.yaml` is read as `spec/demo/v1/<behaviour>.yaml` beside the real `spec/common.yaml`.

use feishu_openapi_codegen::{Source, generate};
use feishu_openapi_tests::{common, orphaned_snapshots, yaml_files};

#[test]
fn every_fixture_becomes_the_reviewed_rust() {
    for (name, text) in yaml_files("fixtures") {
        let path = format!("spec/demo/v1/{name}.yaml");
        let sources = [common(), Source::new(path.clone(), text)];
        let files = generate(&sources).unwrap_or_else(|diagnostics| {
            let messages: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
            panic!("{name}: {messages:#?}")
        });
        let own = files.iter().find(|file| file.path == format!("demo/v1/{name}.rs"));
        let rust = own.map_or("", |file| file.text.as_str());
        insta::with_settings!({ snapshot_path => "fixtures", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.clone(), rust);
        });
    }
}

#[test]
fn no_snapshot_is_left_over() {
    let names: Vec<String> = yaml_files("fixtures").into_iter().map(|(name, _)| name).collect();
    assert_eq!(orphaned_snapshots("fixtures", &names), [""; 0], "delete these files in tests/fixtures");
}
