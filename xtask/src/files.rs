//! Reads the spec files from the disk.

use std::path::{Path, PathBuf};
use std::{fs, io};

use feishu_openapi_codegen::Source;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// All YAML files below `spec`, sorted by path; their paths are relative to the root of the repository.
pub(crate) fn read_all(root: &Path) -> io::Result<Vec<Source>> {
    let mut paths = Vec::new();
    walk(&root.join("spec"), &mut |path| {
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path.to_path_buf());
        }
    })?;
    paths.sort();
    paths.iter().map(|path| read(root, path)).collect()
}

/// One file. Bytes that are no UTF-8 are an error that names the file.
fn read(root: &Path, path: &Path) -> io::Result<Source> {
    let name = relative(root, path);
    let bytes = fs::read(path).map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        io::Error::new(io::ErrorKind::InvalidData, format!("{name}:{line}: this is not UTF-8; save the file as UTF-8"))
    })?;
    Ok(Source::new(name, text))
}

/// The path below `root`, with `/` on every platform.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Visits every file below a folder.
pub(crate) fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, visit)?;
        } else {
            visit(&path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_utf_8_are_named_with_their_line() {
        let folder = std::env::temp_dir().join(format!("xtask-files-{}", std::process::id()));
        fs::create_dir_all(folder.join("spec")).expect("the folder of the test can be made");
        fs::write(folder.join("spec/bad.yaml"), b"a: b\nc: \xff\n").expect("the file of the test can be written");
        let error = read_all(&folder).map_err(|error| error.to_string());
        fs::remove_dir_all(&folder).expect("the folder of the test can be removed");
        assert_eq!(error, Err("spec/bad.yaml:2: this is not UTF-8; save the file as UTF-8".to_owned()));
    }
}
