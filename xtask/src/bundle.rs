//! `cargo xtask bundle`: the spec as one self-contained document per service version, for other tools.

use std::fs;
use std::path::Path;

use feishu_openapi_codegen::bundle::bundle;

use crate::{codegen, files};

/// Writes `<service>-<version>.json` and `.yaml` into a folder; a relative one is below the current folder.
pub(crate) fn run(root: &Path, out: &Path) -> Result<(), String> {
    let sources = files::read_all(root).map_err(|error| error.to_string())?;
    let bundles = bundle(&sources).map_err(|diagnostics| codegen::explain(diagnostics, &sources))?;
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    for bundle in bundles {
        let name = format!("{}-{}", bundle.service, bundle.version);
        for (extension, text) in [("json", &bundle.json), ("yaml", &bundle.yaml)] {
            let path = out.join(format!("{name}.{extension}"));
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("{} ({} lines)", path.display(), text.lines().count());
        }
    }
    Ok(())
}
