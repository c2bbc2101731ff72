//! The API surface of the real spec, one snapshot for each file: what a pull request changes for users.

use feishu_openapi_codegen::ir::Module;
use feishu_openapi_codegen::{read, surface};
use feishu_openapi_tests::{orphaned_snapshots, spec};

#[test]
fn the_surface_of_every_file_is_the_reviewed_one() {
    let sources = spec();
    let api = read(&sources).expect("the spec has no mistakes");
    insta::with_settings!({ snapshot_path => "surface", prepend_module_to_snapshot => false, omit_expression => true }, {
        for module in surface::modules(&api) {
            insta::assert_snapshot!(name(&module), surface::surface(&api, &module));
        }
    });
}

#[test]
fn no_snapshot_is_left_over() {
    let api = read(&spec()).expect("the spec has no mistakes");
    let names: Vec<String> = surface::modules(&api).iter().map(name).chain(["summary".to_owned()]).collect();
    assert_eq!(orphaned_snapshots("surface", &names), [""; 0], "delete these files in tests/surface");
}

/// The counts are printed, so that a run of the tests says how many exceptions it knows.
#[test]
fn the_counts_and_the_waivers_are_the_reviewed_ones() {
    let api = read(&spec()).expect("the spec has no mistakes");
    let summary = surface::summary(&api);
    println!("{summary}");
    insta::with_settings!({ snapshot_path => "surface", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("summary", summary);
    });
}

fn name(module: &Module) -> String {
    match module {
        Module::Shared => "common".to_owned(),
        Module::Version { service, version } => format!("{service}.{version}.common"),
        Module::Resource { service, version, resource } => format!("{service}.{version}.{resource}"),
    }
}
