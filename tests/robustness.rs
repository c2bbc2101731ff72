//! Texts that nobody should write: each is answered with diagnostics at the right place, none with a panic or a hang.

use std::fmt::Write;
use std::time::{Duration, Instant};

use feishu_openapi_codegen::report::Located;
use feishu_openapi_codegen::{Source, generate, report};
use feishu_openapi_tests::common;

/// What is wrong in a text, read as `spec/demo/v1/thing.yaml`; all ways to print it are tried.
fn lint(text: &str) -> Vec<Located> {
    let sources = [common(), Source::new("spec/demo/v1/thing.yaml", text)];
    let started = Instant::now();
    let located = match generate(&sources) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => report::locate(diagnostics, &sources),
    };
    // Generous: a hang takes minutes, and debug builds on a busy machine take their time.
    assert!(started.elapsed() < Duration::from_secs(60), "took {:?}", started.elapsed());
    let _ = report::json(&located);
    for located in located.iter().take(100) {
        let human = report::human(located, &sources, true);
        assert!(human.lines().all(|line| line.len() < 5_000), "an excerpt of {} bytes", human.len());
        let _ = report::short(located);
    }
    located
}

/// The rule, line and column of all that is wrong.
fn places(text: &str) -> Vec<(String, usize, usize)> {
    let place = |located: &Located| (located.diagnostic.code.name().to_owned(), located.line, located.column);
    lint(text).iter().map(place).collect()
}

fn check(text: &str, rule: &str, line: usize, column: usize) {
    assert_eq!(places(text), [(rule.to_owned(), line, column)]);
}

/// A document whose parameter list is given.
fn document(parameters: &str) -> String {
    let operation = include_str!("ui/unknown-key.yaml").replace("unknown_key", "thing");
    let before = operation.split("        - {name: size").next().unwrap_or_default();
    let after = operation.split_once("      responses:").map_or("", |(_, after)| after);
    format!("{before}{parameters}\n      responses:{after}")
}

const WRONG: &str = "        - {name: 数量, in: query, requird: true, schema: {type: integer}}";

#[test]
fn a_sound_document_has_no_mistakes() {
    assert_eq!(places(&document("        - {name: size, in: query, schema: {type: integer}}")), []);
}

#[test]
fn columns_count_characters_after_multi_byte_ones() {
    check(&document(WRONG), "unknown-key", 16, 33);
    let (line, wrong) = (WRONG.replace("requird: true, ", ""), lint(&document(WRONG)));
    assert_ne!(line, WRONG);
    assert_eq!(&document(WRONG)[wrong[0].span.clone()], "requird");
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    let text = format!("\u{feff}{}", document(WRONG));
    check(&text, "unknown-key", 16, 33);
    assert_eq!(&text[lint(&text)[0].span.clone()], "requird");
    check("\u{feff}openapi: 3.0.3\nopenapi: 3.0.3\ninfo: {title: T, version: v1}\npaths: {}\n", "doubled-key", 2, 1);
    check("\u{feff}info: {title: T, version: v1}\npaths: {}\n", "missing-key", 1, 1);
    check("\u{feff}title: a: b\n", "syntax", 1, 9);
}

#[test]
fn windows_line_ends_move_nothing() {
    let text = document(WRONG).replace('\n', "\r\n");
    check(&text, "unknown-key", 16, 33);
    assert_eq!(&text[lint(&text)[0].span.clone()], "requird");
    assert_eq!(
        places(&document("        - {name: size, in: query, schema: {type: integer}}").replace('\n', "\r\n")),
        []
    );
}

#[test]
fn tabs_are_no_indentation() {
    check("openapi: 3.0.3\ninfo:\n\ttitle: T\n", "syntax", 3, 1);
}

#[test]
fn an_empty_file_is_no_document() {
    for text in ["", "\n", "# nothing\n", "\u{feff}", "\r\n"] {
        check(text, "syntax", 1, 1);
    }
    for text in ["---\n", "null\n", "~"] {
        let found = places(text);
        assert!(matches!(&found[..], [(rule, ..)] if rule == "wrong-kind"), "{text:?}: {found:?}");
    }
}

#[test]
fn a_document_is_a_map() {
    for text in ["[]", "- a\n- b\n", "text", "1", "true"] {
        check(text, "wrong-kind", 1, 1);
    }
}

#[test]
fn several_documents_are_one_too_many() {
    let found = lint("openapi: 3.0.3\n---\nopenapi: 3.0.3\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].diagnostic.code.name(), "syntax");
    assert!(found[0].diagnostic.help.as_deref().unwrap_or("").contains("one file is one document"));
}

#[test]
fn aliases_are_followed_and_point_at_themselves() {
    let text = document(
        "        - {name: size, in: query, schema: &size {type: integer}}\n        - {name: count, in: query, schema: *size}",
    );
    assert_eq!(places(&text), []);
    let text = document(
        "        - {name: size, in: query, schema: &size {type: integr}}\n        - {name: count, in: query, schema: *size}",
    );
    let found: Vec<usize> = lint(&text).iter().map(|located| located.line).collect();
    assert_eq!(found, [16, 17]);
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut text = String::from("a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
    for level in 1..12 {
        let alias = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(text, "a{level}: &a{level} [{alias}]");
    }
    let found = lint(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].diagnostic.code.name(), "syntax");
}

#[test]
fn an_alias_of_itself_is_refused() {
    for text in ["a: &a [*a]\n", "a: &a {b: *a}\n", "a: *b\n"] {
        let found = lint(text);
        assert_eq!(found[0].diagnostic.code.name(), "syntax", "{text}");
    }
}

#[test]
fn merge_keys_are_refused() {
    let text = document("        - {<<: {in: query}, name: size, in: query, schema: {type: integer}}");
    check(&text, "outside-dialect", 16, 12);
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        for depth in [100, 1_000, 100_000] {
            let text = format!(
                "a: {}\n",
                if close.is_empty() { String::new() } else { open.repeat(depth) + &close.repeat(depth) }
            );
            let text = if close.is_empty() { open.repeat(depth) + "a\n" } else { text };
            assert!(!lint(&text).is_empty());
        }
    }
}

#[test]
fn deep_schemas_are_lowered_or_refused() {
    for depth in [10, 40, 60, 120] {
        let schema = "{type: array, items: ".repeat(depth) + "{type: string}" + &"}".repeat(depth);
        let text = document(&format!("        - {{name: size, in: query, schema: {schema}}}"));
        assert!(!lint(&text).is_empty());
    }
}

#[test]
fn tags_are_refused() {
    for value in ["!!binary aGk=", "!thing x", "!!str x", "!!int 5", "!<tag:yaml.org,2002:str> x"] {
        for located in lint(&document(&format!("        - {{name: {value}, in: query, schema: {{type: integer}}}}"))) {
            assert!(matches!(located.diagnostic.code.name(), "syntax" | "wrong-kind"), "{value}: {located:#?}");
        }
    }
    let found = lint(&document("        - {name: !thing {a: b}, in: query, schema: {type: integer}}"));
    assert_eq!(found[0].diagnostic.code.name(), "syntax");
}

#[test]
fn keys_are_texts() {
    for key in ["{a: b}", "[a]", "? [a, b]\n", "null", "1.5"] {
        let found = lint(&format!("openapi: 3.0.3\n{key}: x\n"));
        assert!(!found.is_empty(), "{key}");
    }
}

#[test]
fn numbers_are_those_of_json() {
    for (value, rule) in [
        ("9223372036854775807", None),
        ("-9223372036854775808", None),
        ("9223372036854775808", Some("syntax")),
        ("340282366920938463463374607431768211456", Some("default-value")),
        ("-9223372036854775809", Some("syntax")),
        (".nan", Some("syntax")),
        (".inf", Some("syntax")),
        ("1e400", Some("default-value")),
        ("0x1F", None),
        ("0o17", None),
        ("1_000", Some("default-value")),
    ] {
        let text =
            document(&format!("        - {{name: size, in: query, schema: {{type: integer, default: {value}}}}}"));
        let found = lint(&text);
        let rules: Vec<&str> = found.iter().map(|located| located.diagnostic.code.name()).collect();
        assert_eq!(rules.first().copied(), rule, "{value}: {found:#?}");
    }
}

#[test]
fn circles_of_references_end() {
    let text = document("        - {$ref: \"#/components/parameters/A\"}")
        + "components:\n  parameters:\n    A: {$ref: \"#/components/parameters/B\"}\n    B: {$ref: \"#/components/parameters/A\"}\n";
    assert!(places(&text).iter().all(|(rule, _, _)| rule == "component"), "{:?}", places(&text));
    let schemas = |one: &str| {
        include_str!("ui/recursion.yaml")
            .replace("demo.v1.recursion", "demo.v1.thing")
            .replace("parent: {$ref: \"#/components/schemas/Thing\"}", one)
    };
    let reference = "{$ref: \"#/components/schemas/Thing\"}";
    assert_eq!(places(&schemas(&format!("parts: {{type: array, items: {reference}}}"))), []);
    assert_eq!(places(&schemas(&format!("parts: {{type: object, additionalProperties: {reference}}}"))), []);
    let found = places(&schemas(&format!("part: {{allOf: [{reference}]}}")));
    assert!(matches!(&found[..], [(rule, ..)] if rule == "recursion"), "{found:?}");
    let aliases =
        "part: {type: string}\n    A: {$ref: \"#/components/schemas/B\"}\n    B: {$ref: \"#/components/schemas/A\"}";
    assert!(!places(&schemas(aliases)).is_empty());
    let array = "parts: {$ref: \"#/components/schemas/Parts\"}\n    Parts: {type: array, items: {$ref: \"#/components/schemas/Parts\"}}";
    assert!(places(&schemas(array)).iter().any(|(rule, ..)| rule == "component"));
}

#[test]
fn control_characters_are_answered() {
    for letter in ['\u{0}', '\u{7}', '\u{85}', '\u{2028}', '\u{fffe}', '\u{feff}'] {
        let _ = lint(&document(&WRONG.replace("数量", &format!("a{letter}b"))));
        let _ = lint(&document(&WRONG.replace("数量", &format!("\"a{letter}b\""))));
        let _ = lint(&format!("a: {letter}: b\n"));
    }
}

#[test]
fn huge_files_are_read() {
    let line =
        "        - {name: size, in: query, description: How many things are on a page., schema: {type: integer}}\n";
    let text = document(&line.repeat(10_000_000 / line.len()));
    assert_eq!(lint(&text)[0].diagnostic.code.name(), "name-collision");
}

#[test]
fn huge_files_full_of_mistakes_are_answered() {
    let line = "        - {name: size, in: query, requird: true, schema: {type: integer}}\n";
    assert_eq!(lint(&document(&line.repeat(1_000_000 / line.len()))).len(), 1_000_000 / line.len());
}

#[test]
fn huge_lines_and_scalars_are_answered() {
    assert!(!lint(&"a".repeat(10_000_000)).is_empty());
    assert!(!lint(&format!("{{a: [{}]}}", "b, ".repeat(1_000_000))).is_empty());
    assert!(!lint(&format!("openapi: \"{}\"\n", "数".repeat(1_000_000))).is_empty());
    assert!(!lint(&format!("{}: a: b\n", "k".repeat(100_000))).is_empty());
    let names: Vec<String> = (0..20_000).map(|number| format!("v{number}")).collect();
    let text = document(&format!(
        "        - {{name: size, in: query, schema: {{type: string, enum: [{}], default: no}}}}",
        names.join(", ")
    ));
    assert!(!lint(&text).is_empty());
}

#[test]
fn huge_maps_of_mistakes_are_answered() {
    let mut text = document("        - {$ref: \"#/components/parameters/P0\"}") + "components:\n  parameters:\n";
    for number in 0..20_000 {
        let _ =
            writeln!(text, "    P{number}: {{name: p{number}, in: query, requird: true, schema: {{type: string}}}}");
    }
    assert_eq!(lint(&text).len(), 20_000);
}
