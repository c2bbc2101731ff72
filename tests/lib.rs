//! What several tests of the workspace need.

pub mod mutate;
pub mod recorder;
pub mod request;

use std::path::{Path, PathBuf};

use feishu_openapi_codegen::Source;

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// All files of the real spec.
pub fn spec() -> Vec<Source> {
    spec_of(&root().join("spec"))
}

/// All files of a spec in another folder, named as if they were in `spec/`.
pub fn spec_of(folder: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let name = |path: &Path| format!("spec/{}", slashes(path.strip_prefix(folder).unwrap_or(path)));
    files.iter().map(|path| Source::new(name(path), read(path))).collect()
}

/// `spec/common.yaml`, which fixtures refer to.
pub fn common() -> Source {
    Source::new("spec/common.yaml", read(&root().join("spec/common.yaml")))
}

/// The YAML files directly in a folder of this package, sorted by name: their stems and texts.
pub fn yaml_files(folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = list(&root().join("tests").join(folder));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    files.iter().map(|path| (stem(path), read(path))).collect()
}

/// The snapshots in a folder of this package that none of `names` owns: left over from something deleted or renamed.
pub fn orphaned_snapshots(folder: &str, names: &[String]) -> Vec<String> {
    let files = list(&root().join("tests").join(folder)).into_iter();
    let snapshots = files.filter(|path| path.extension().is_some_and(|extension| extension == "snap"));
    let stems = snapshots.map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    let mut orphans: Vec<String> = stems.filter(|stem| !names.contains(stem)).collect();
    orphans.sort();
    orphans
}

/// A file as text; a test that needs it cannot go on without.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in list(folder) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

/// A path with `/` between its parts.
fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
