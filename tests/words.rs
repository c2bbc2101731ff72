//! Words of every kind at every place of a spec where words can be: they come out readable and harmless.

use std::collections::BTreeSet;

use feishu_openapi_codegen::bundle::bundle;
use feishu_openapi_codegen::{Source, emit_examples, generate, read};
use feishu_openapi_tests::common;
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

/// What people write, copy from pages and paste by accident. None of it may break anything.
const NASTY: &[&str] = &[
    "```\n{\"summary\": \"Buy milk\"}\n```",
    "Like this:\n\n```rust\nlet x = 1;\n```\n\nDone.",
    "A fence that stays open:\n```\nlet x = 1;",
    "~~~\nlet x = 1;\n~~~",
    "How, for example:\n\n    fast, or slow\n\nDone.",
    "    let x = 1;",
    "- one\n\n        let x = 1;\n- two",
    "-     let x = 1;",
    "1.      let x = 1;\n2. two",
    "See https://example.com/guide\nfor the details of it.",
    "See [the guide](https://example.com/guide).",
    "See (https://example.com/a_(b)), or <https://example.com/c>.",
    "见https://example.com/d。",
    "A list of [i64], [`String`], [旧版][x] and [a](b c).",
    "<b>bold</b> & &lt;i&gt; <!-- nothing -->",
    "a`b",
    "`` a`b `` and `open",
    "`code\non two lines` and more",
    "\"quotes\" and 'quotes'",
    "a | b\n--- | ---\n1 | 2",
    "# No heading",
    "No heading\n===",
    "*/ and /* and // and ///",
    "back\\slash \\[x\\] \\",
    "** bold ** _it_ ~~gone~~ snake_case",
    "left \u{202e}right\u{202c} \u{2066}inner\u{2069} \u{200f}",
    "carriage\rreturn\r\nand windows",
    "nul \u{1} bell \u{7} escape \u{1b}[31m del \u{7f}",
    "line\u{2028}separator\u{85}next",
    "a\tb",
    "{braces} {} {0} #{x}",
    "no",
    "1:30",
];

/// A spec with these words wherever words can be. `line` is for places that hold one word of the wire.
fn spec(words: &str) -> Vec<Source> {
    let w = quoted(words);
    let text = format!(
        r##"openapi: 3.0.3
info: {{title: Words, version: v1, description: {w}}}
x-webhooks:
  demo.words.changed_v1:
    post:
      operationId: demo.v1.words.changed
      summary: {w}
      description: {w}
      externalDocs: {{url: "https://open.feishu.cn/document/demo"}}
      x-feishu-page: {{title: {w}, updated: "2024-01-02T03:04:05Z"}}
      x-feishu-app-types: [custom]
      x-feishu-scopes: [a]
      x-feishu-rules: [{{rule: {w}, enforced: server}}]
      security: []
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                kind: {{type: string, description: {w}, example: {w}}}
            example: {{schema: "2.0", header: {{event_id: a, event_type: demo.words.changed_v1}}, event: {{kind: {w}}}}}
      responses: {{"200": {{description: Nothing.}}}}
paths:
  /open-apis/demo/v1/words/{{id}}:
    post:
      operationId: demo.v1.words.create
      summary: {w}
      description: {w}
      externalDocs: {{url: "https://open.feishu.cn/document/demo"}}
      x-feishu-page: {{title: {w}, updated: "2024-01-02T03:04:05Z"}}
      x-feishu-app-types: [custom]
      x-feishu-rate-limits: []
      x-feishu-scopes: [a]
      x-feishu-repeatable: {w}
      x-feishu-rules: [{{rule: {w}, enforced: server}}]
      x-feishu-errors: [{{status: 400, code: 1, meaning: {w}, hint: {w}}}]
      security: [{{tenant_access_token: []}}]
      parameters:
        - {{name: id, in: path, required: true, description: {w}, schema: {{type: string}}, example: {w}}}
        - {{name: mode, in: query, description: {w}, schema: {{type: string, default: {w}}}, example: {w}}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                thing: {{$ref: "#/components/schemas/Thing"}}
                kind:
                  type: string
                  description: {w}
                  enum: [{w}, second]
                  x-enum-varnames: [Nasty, Second]
                  x-enumDescriptions: {{{w}: {w}, second: {w}}}
            example: {{kind: {w}, thing: {{name: {w}}}}}
      responses:
        "200":
          description: {w}
          content:
            application/json:
              schema:
                allOf:
                  - {{$ref: "../../common.yaml#/components/schemas/Envelope"}}
                  - type: object
                    properties:
                      data: {{type: object, description: {w}, properties: {{thing: {{$ref: "#/components/schemas/Thing"}}}}}}
              example: {{code: 0, msg: success, data: {{thing: {{name: {w}}}}}}}
        default: {{$ref: "../../common.yaml#/components/responses/Error"}}
components:
  securitySchemes:
    tenant_access_token: {{$ref: "../../common.yaml#/components/securitySchemes/tenant_access_token"}}
  schemas:
    Thing:
      type: object
      description: {w}
      properties: {{name: {{type: string, description: {w}, example: {w}, default: {w}}}}}
"##
    );
    vec![common(), Source::new("spec/demo/v1/words.yaml", text)]
}

/// A text in double quotes, all but plain letters escaped.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|letter| match letter {
        '"' | '\\' => format!("\\{letter}"),
        ' '..='~' => letter.to_string(),
        letter => format!("\\u{:04x}", u32::from(letter)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn files(words: &str) -> Vec<(String, String)> {
    let sources = spec(words);
    let files = generate(&sources).unwrap_or_else(|found| {
        panic!("{words:?}: {:?}", found.iter().map(|found| found.message.clone()).collect::<Vec<_>>())
    });
    let own = files.into_iter().filter(|file| file.path.starts_with("demo/"));
    own.map(|file| (file.path, file.text)).collect()
}

/// The doc comments of a file, one for each item.
fn comments(rust: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in rust.lines() {
        let line = line.trim_start();
        match line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
            Some(doc) => {
                let last = found.last_mut().expect("there is always one");
                last.push_str(doc.strip_prefix(' ').unwrap_or(doc));
                last.push('\n');
            }
            None => found.push(String::new()),
        }
    }
    found.retain(|text| !text.is_empty());
    found
}

/// Links of the generator's own, into the crate.
fn is_ours(target: &str) -> bool {
    target.chars().all(|letter| letter.is_ascii_alphanumeric() || "_:`".contains(letter))
        && ["Create", "Client", "Service", "Resource", "super", "crate", "Words"].iter().any(|own| target.contains(own))
}

#[test]
fn comments_hold_no_character_that_rust_refuses_or_that_hides_others() {
    for words in NASTY {
        for (path, text) in files(words) {
            let bad = |letter: &char| {
                letter.is_control() && *letter != '\n'
                    || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
                    || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert_eq!(text.chars().find(bad), None, "{words:?} in {path}");
        }
    }
}

#[test]
fn everything_parses_and_no_alias_is_one_that_rustdoc_refuses() {
    for words in NASTY {
        let api = read(&spec(words)).expect("the spec has no mistakes");
        for file in emit_examples(&api) {
            assert!(syn::parse_file(&file.text).is_ok(), "{words:?}: {}", file.text);
        }
        for (path, text) in files(words) {
            assert!(syn::parse_file(&text).is_ok(), "{words:?} in {path}:\n{text}");
            assert!(!text.contains("compile_error!"), "{words:?} in {path}");
            for line in text.lines().filter(|line| line.trim_start().starts_with("#[doc(alias")) {
                let literal = line.split_once("= ").and_then(|(_, rest)| rest.strip_suffix(")]")).unwrap_or_default();
                let alias: syn::LitStr = syn::parse_str(literal).expect("an alias is a text");
                let alias = alias.value();
                let refused = |letter: char| matches!(letter, '"' | '\'') || letter.is_whitespace() && letter != ' ';
                assert!(!alias.is_empty() && alias.trim() == alias && !alias.contains(refused), "{words:?}: {line}");
            }
        }
    }
}

#[test]
fn rustdoc_finds_no_code_to_compile_no_html_and_no_broken_link() {
    for words in NASTY {
        for (path, text) in files(words) {
            for comment in comments(&text) {
                check_markdown(&comment, &format!("{words:?} in {path}:\n{comment}"));
            }
        }
    }
}

fn check_markdown(comment: &str, context: &str) {
    let mut broken = Vec::new();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut callback = |link: BrokenLink<'_>| {
        broken.push(link.reference.to_string());
        None::<(CowStr<'_>, CowStr<'_>)>
    };
    let mut in_link = 0;
    for event in Parser::new_with_broken_link_callback(comment, options, Some(&mut callback)) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info == "text" => {}
            Event::Start(Tag::CodeBlock(_)) => panic!("a block of code that rustdoc would compile: {context}"),
            Event::Html(_) | Event::InlineHtml(_) => panic!("HTML: {context}"),
            Event::Start(Tag::Heading { .. }) => {
                assert!(comment.contains("\n# Errors\n"), "a heading: {context}");
            }
            Event::Start(Tag::Strikethrough | Tag::Emphasis | Tag::Strong) => panic!("emphasis: {context}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                in_link += 1;
                assert!(dest_url.starts_with("https://") || is_ours(&dest_url), "a link to `{dest_url}`: {context}");
                assert!(!dest_url.contains(|letter: char| !letter.is_ascii_graphic()), "`{dest_url}`: {context}");
            }
            Event::End(TagEnd::Link) => in_link -= 1,
            Event::Text(text) if in_link == 0 => {
                assert!(!text.contains("://"), "an address that is no link: {context}");
            }
            _ => {}
        }
    }
    broken.retain(|reference| !is_ours(reference));
    assert_eq!(broken, [""; 0], "links that lead nowhere: {context}");
}

#[test]
fn nothing_that_can_be_seen_is_lost() {
    for words in NASTY {
        let wanted = letters(words);
        let (_, text) = files(words).into_iter().find(|(path, _)| path.ends_with("words.rs")).expect("its file");
        // The file, the description of an operation, a field, a value: each shows all of the words.
        let shown = comments(&text).iter().filter(|comment| seen(comment).contains(&wanted)).count();
        assert!(shown >= 8, "{words:?} is whole in {shown} comments only:\n{text}");
    }
}

/// What a reader sees of a comment, without blanks and without what Markdown shows as layout.
fn seen(comment: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(comment, Options::ENABLE_TABLES) {
        if let Event::Text(text) | Event::Code(text) = event {
            out.push_str(&text);
        }
    }
    letters(&out)
}

/// Letters and digits: what escapes, links and lists leave alone.
fn letters(text: &str) -> String {
    let words = text.replace("```rust", "").replace("](https://example.com/guide)", "");
    let words = words.split('\n').map(|line| line.trim_start().trim_start_matches(['1', '2']));
    words.flat_map(str::chars).filter(|letter| letter.is_alphabetic()).collect()
}

#[test]
fn readers_of_yaml_1_1_take_the_texts_of_a_bundle_for_texts() {
    let more = [
        "off",
        "y",
        "NULL",
        "~",
        "012",
        "0x1f",
        "1e3",
        "1.5",
        ".inf",
        "2024-01-02",
        "=",
        "<<",
        "- a",
        "a: b",
        "a #b",
        "",
    ];
    let texts: BTreeSet<&str> = NASTY.iter().chain(&more).copied().filter(|text| !text.is_empty()).collect();
    for words in texts {
        let bundles = bundle(&spec(words)).expect("the spec has no mistakes");
        let [bundle] = &bundles[..] else { panic!("one version, one bundle") };
        let json: serde_json::Value = serde_json::from_str(&bundle.json).expect("the bundle is JSON");
        let yaml: serde_json::Value = serde_yaml::from_str(&bundle.yaml).expect("the bundle is YAML");
        assert_eq!(yaml, json, "{words:?}:\n{}", bundle.yaml);
        assert_eq!(not_text(&bundle.yaml), Vec::<String>::new(), "{words:?}");
    }
}

/// Values without quotes that version 1.1 does not take for texts, besides those that are none in version 1.2.
fn not_text(yaml: &str) -> Vec<String> {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "~", "null", "<<", "="];
    let bare = |value: &str| !value.starts_with(['\'', '"', '|', '[', '{']) && !value.is_empty();
    let is_none = |value: &str| {
        let digits = value.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'));
        let is_number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
        WORDS.contains(&value.to_ascii_lowercase().as_str()) || digits && !is_number
    };
    let mut in_block = None;
    let mut found = Vec::new();
    for line in yaml.lines() {
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        let spaces = line.len() - line.trim_start_matches(' ').len();
        if in_block.is_some_and(|block| line.trim().is_empty() || spaces > block) {
            continue;
        }
        in_block = None;
        let words = line[indent..].to_owned();
        let (key, value) = match words.split_once(": ") {
            Some((key, value)) if bare(&words) => (key, value),
            _ => ("", words.as_str()),
        };
        if value.starts_with('|') || words.ends_with(": |") || words.ends_with(": |-") {
            in_block = Some(spaces);
        }
        found.extend(
            [key, value.trim_end_matches(':')].into_iter().filter(|v| bare(v) && is_none(v)).map(str::to_owned),
        );
    }
    found
}
