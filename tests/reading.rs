//! Our shorter ways against the ways of the libraries: both read every file of ours alike.

use feishu_openapi_codegen::passes::{documents, readings};
use feishu_openapi_tests::mutate::{self, Random};
use feishu_openapi_tests::{spec, yaml_files};
use proptest::prelude::*;

/// Whether a text is plain. If it is, both readers must agree about it.
fn is_plain(text: &str) -> bool {
    let [plain, general] = readings(text);
    assert!(plain.is_none() || plain == general, "{text:?}\n   plain: {plain:?}\n general: {general:?}");
    plain.is_some()
}

/// Whether each of some texts is plain as the value of a key and as an element of a list.
fn check(values: &[&str], expected: bool) {
    for value in values {
        for text in [format!("a:\n  b: {value}\n  c: d\n"), format!("a:\n  - {value}\n  - d\n")] {
            assert_eq!(is_plain(&text), expected, "{text}");
        }
    }
}

/// Small specs that other tests are about.
fn small_files() -> impl Iterator<Item = (String, String)> {
    ["ui", "fixtures", "bundle", "verdicts/base/v1", "verdicts/base/v2"].into_iter().flat_map(yaml_files)
}

#[test]
fn both_readers_agree_about_the_spec() {
    let spec = spec();
    let plain = spec.iter().filter(|source| is_plain(&source.text)).count();
    // Authors may write as they like; but where nothing is plain, nothing was compared.
    assert!(2 * plain > spec.len(), "{plain} of {} files are plain", spec.len());
}

#[test]
fn fixtures_are_plain_unless_they_are_no_yaml() {
    let strange: Vec<String> = small_files().filter(|(_, text)| !is_plain(text)).map(|(name, _)| name).collect();
    let readable: Vec<&String> = strange.iter().filter(|name| !name.starts_with("syntax")).collect();
    // Its key has no colon.
    assert_eq!(readable, ["unknown-key.comma"]);
}

#[test]
fn openapiv3_reads_the_same_part_by_part_and_at_once() {
    let spec = spec().into_iter().map(|source| (source.path, source.text));
    let mut read = 0;
    for (name, text) in spec.chain(small_files()) {
        if let Some([by_parts, at_once]) = documents(&text) {
            assert_eq!(by_parts, at_once, "{name}");
            read += 1;
        }
    }
    assert!(read > 100, "{read} files");
}

#[test]
fn values_on_one_line_are_plain() {
    check(&["x", "x y", "x # y", "x#y", "x:y", "http://x/y?z#w", "-x", "x - y", "任务", "😀", "\u{a0}", "x\\y"], true);
    check(&["''", "'x: y'", "'it''s'", "\"\"", "\"x # y\"", r#""a\"b\\c\nd\te\/f""#, "\"任\"  # y", "", "# y"], true);
    check(&["[]", "{}", "[x, y]", "[x, y, ]", "{x: y, z: [1, {w: v}]}", "{\"x\": 'y', 'z': w}", "[ 'x' , y ]"], true);
    check(&["{x: y,\n     z: w}", "[\n     x,\n\n     y\n   ]"], true);
}

#[test]
fn scalars_are_what_serde_yaml_says() {
    check(&["null", "Null", "NULL", "~", "true", "True", "TRUE", "false", "False", "FALSE"], true);
    check(&["nULL", "yes", "no", "on", "off", "y", "n", "nul", "nullx", "tRUE", "~x"], true);
    check(&["0", "1", "-1", "-0", "00", "01", "-01", "007", "12345678901234567", "1234567890123456789"], true);
    check(&["0x1F", "0o17", "0b101", "-0x1F", "0xg", "0x", "0x-1", "-0x-1", "1_000", "12:30:45", "2024-01-02"], true);
    check(&["1.5", "-1.5", "+1", "+1.5", ".5", "5.", "1e5", "1E-5", "1.e+5", "1e", "e1", "1.2.3", "..", "1e5e5"], true);
    check(&["83912691-2e43-47fc-94a4-d512e03984fa", "2e43", "1d", "1f32", "inf", "nan", "infinity", "+inf"], true);
    check(&["9223372036854775807", "-9223372036854775808", "0.1", "1e300", "1e400", "+0x1F", "++1", "+-1"], true);
    // What JSON cannot say is refused by the other reader.
    check(&["9223372036854775808", ".nan", ".inf", "-.INF"], false);
}

#[test]
fn keys_are_plain() {
    for key in ["a", "a b", "'a'", "\"a\"", "200", "'200'", "true", "0x10", "<<", "$ref", "/a/{b}", "a:b", "任"] {
        assert!(is_plain(&format!("{key}: x\n")), "{key}");
        assert!(is_plain(&format!("a: [{{'{}': x}}]\n", key.trim_matches(['"', '\'']))), "{key}");
    }
    for key in ["null", "1.5", "{a: b}", "[a]", "? a", "", "*a", "&a a", "!t a", "---", "... a", &"a".repeat(1025)] {
        assert!(!is_plain(&format!("{key}: x\n")), "{key}");
    }
    assert!(is_plain("a: 1\na: 2\n"), "doubled keys are kept");
}

#[test]
fn blocks_are_plain() {
    for text in [
        "a:\n  b:\n    c: d\n  e: f\ng: h\n",
        "a:\n- b\n- c\nd: e\n",
        "a:\n  - b: c\n    d: e\n  -   f: g\n      h: i\n",
        "- - a\n  - b\n-\n  - c\n-\n- d\n",
        "a:\n\n  # b\n  b: c\n# d\n\n  d: e\n",
        "a: |\n  b\n   c\n\n  d: e # f\n\n\ng: |\n  h\n",
        "- |\n b\n- a: |\n   b\n",
        "a:\nb:\n  c:\nd:\n",
    ] {
        assert!(is_plain(text), "{text}");
    }
}

#[test]
fn everything_else_is_left_to_serde_yaml() {
    check(&["&a x", "*a", "!t x", "!!str x", "@x", "`x", "%x", "? x", "x\n     y", "'x", "\"x"], false);
    check(
        &["\"\\x41\"", "\"\\u0041\"", "'x' y", "[x]y", "[x]: y", "{x}", "{x: , y: z}", "[x: y]", "[,]", "[x # y\n]"],
        false,
    );
    check(
        &["[x\n    y]", "{x: y\n    z}", "[\n#x\n]", "{x\n    : y}", "[x", "x]: ]y", "|-\n      x", ">\n      x"],
        false,
    );
    for text in [
        "",
        "a: b",
        "\u{feff}a: b\n",
        "a: b\r\n",
        "a:\tb\n",
        "a: b\u{0}\n",
        "a: b\u{85}\n",
        "a: b\u{2028}\n",
        "---\na: b\n",
        "a: b\n---\na: b\n",
        "a: b\n...\n",
        "%YAML 1.2\n---\na: b\n",
        "a: [b,\n---\n]\n",
        " a: b\nc: d\n",
        "a: b\n  c: d\n",
        "a:\n   b: c\n  d: e\n",
        "a: |\n\n  b\n",
        "a: |\n  b\n     \n",
        "a: |\nb: c\n",
        "just a text\n",
        "[a]\n",
    ] {
        assert!(!is_plain(text), "{text:?}");
    }
}

/// What YAML is made of.
const PARTS: &[&str] = &[
    "a", "b c", "任", "1", "-1", "0.5", "0x1", "~", "true", "null", ": ", ":", ":\n", "- ", "-", "\n", "\n  ",
    "\n    ", " ", "  ", "{", "}", "[", "]", ", ", ",", "'", "\"", "''", "\\", "\\n", "|\n", ">", "# ", "#", "?", "? ",
    "&a", "*a", "!", "%", "@", "---", "...", "\t", "<<", "a: b", "\na: ", "\n- a: ", "\n  - ", "[a, b]", "{a: b}",
    "|\n  x\n", "\"a\"", "'b'",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_agree_about_any_text(parts in prop::collection::vec(prop::sample::select(PARTS), 1..24)) {
        let text = parts.concat();
        is_plain(&text);
        is_plain(&format!("{text}\n"));
        is_plain(&format!("a: {text}\n"));
        is_plain(&format!("a:\n  - b: {text}\n    c: d\n"));
        is_plain(&format!("a: [{text}, {{b: {text}}}]\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_agree_about_changed_specs(seed: u64) {
        let mut random = Random(seed);
        let spec = spec().into_iter().map(|source| (source.path, source.text));
        let files: Vec<(String, String)> = small_files().chain(spec).collect();
        for _ in 0..8 {
            let text = random.pick(&files).map(|(_, text)| text.clone()).unwrap_or_default();
            let other = random.pick(&files).map(|(_, text)| text.clone()).unwrap_or_default();
            is_plain(&mutate::text(&text, &other, &mut random));
            if let Some(text) = mutate::tree(&text, &other, &mut random) {
                is_plain(&text);
            }
        }
    }
}
