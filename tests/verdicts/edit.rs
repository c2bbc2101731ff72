//! The base spec and edits of it.

use feishu_openapi_codegen::ir::Api;
use feishu_openapi_codegen::{Source, read};
use feishu_openapi_tests::{common, root};

/// One edit of a file of the base.
pub(crate) enum Edit {
    /// Leaves the file out.
    Drop(&'static str),
    /// Takes the lines between `# [name` and `# name]` out of a file.
    Cut(&'static str, &'static str),
    /// Puts one text, given in parts, in the place of another that stands there once.
    Replace(&'static str, &'static [&'static str], &'static [&'static str]),
}

const FILES: [&str; 4] = ["v1/common.yaml", "v1/extra.yaml", "v1/thing.yaml", "v2/extra.yaml"];

/// The API of the base after some edits.
pub(crate) fn api(edits: &[Edit]) -> Api {
    let mut files: Vec<(&str, String)> = FILES.map(|file| (file, base(file))).into();
    edits.iter().for_each(|edit| apply(edit, &mut files));
    let mut sources = vec![common()];
    sources.extend(files.into_iter().map(|(file, text)| Source::new(format!("spec/demo/{file}"), text)));
    read(&sources).unwrap_or_else(|diagnostics| {
        let messages: Vec<_> =
            diagnostics.iter().map(|found| format!("{}: {}", found.place.path, found.message)).collect();
        panic!("{messages:#?}")
    })
}

fn base(file: &str) -> String {
    feishu_openapi_tests::read(&root().join("tests/verdicts/base").join(file))
}

fn apply(edit: &Edit, files: &mut Vec<(&str, String)>) {
    match edit {
        Edit::Drop(dropped) => files.retain(|(file, _)| file != dropped),
        Edit::Cut(file, marker) => {
            let text = text_of(files, file);
            let (before, rest) = text.split_once(&format!("# [{marker}\n")).expect("the cut has a start");
            let (_, after) = rest.split_once(&format!("# {marker}]\n")).expect("the cut has an end");
            *text = format!("{before}\n{after}");
        }
        Edit::Replace(file, old, new) => {
            let text = text_of(files, file);
            let old = old.concat();
            assert_eq!(text.matches(&old).count(), 1, "{old:?} in {file}");
            *text = text.replace(&old, &new.concat());
        }
    }
}

fn text_of<'f>(files: &'f mut [(&str, String)], wanted: &str) -> &'f mut String {
    let found = files.iter_mut().find(|(file, _)| *file == wanted);
    &mut found.expect("the base has this file").1
}
