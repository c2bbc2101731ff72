//! One small page in every format says the same.

use feishu_openapi_pages::{Format, Item, Kind, Nesting, OperationFacts, Page, RateLimit, Ty, read};

const MARKDOWN: &str = include_str!("pond/nested.md");
const FLAT: &str = include_str!("pond/flat.md");
const MARKUP: &str = include_str!("pond/markup.md");

fn all() -> Vec<Page> {
    [MARKDOWN, FLAT, MARKUP].map(|text| read("page", text)).into()
}

fn facts(page: &Page) -> &OperationFacts {
    page.facts.as_ref().expect("an operation")
}

fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

#[test]
fn formats_are_detected() {
    let formats: Vec<Format> = all().iter().map(|page| page.format).collect();
    assert_eq!(formats, [Format::Markdown, Format::FlatMarkdown, Format::Markup]);
}

#[test]
fn nothing_is_a_problem() {
    for page in all() {
        assert_eq!(page.problems, [], "{:?}", page.format);
        assert_eq!(page.kind, Kind::Operation);
    }
}

#[test]
fn the_head_is_read() {
    for page in all() {
        let facts = facts(&page);
        assert_eq!(facts.method.value, "POST");
        assert_eq!(facts.path.value, "/open-apis/pond/v1/fish/{fish_id}/feed");
        assert_eq!(facts.tokens.value, ["tenant_access_token", "user_access_token"]);
        assert_eq!(facts.app_types.value, ["custom", "isv"]);
        assert_eq!(facts.scopes.value, ["pond:fish:write", "pond:fish"]);
        assert_eq!(facts.field_scopes.value, ["contact:user.employee_id:readonly"]);
        let limit = |requests, per: &str| RateLimit { requests, per: per.to_owned() };
        assert_eq!(facts.rate_limits.value, [limit(1000, "minute"), limit(50, "second")]);
        assert_eq!(facts.source.updated.as_ref().map(|stated| stated.value), Some(1_694_419_127_000));
    }
}

#[test]
fn parameters_are_read() {
    for page in all() {
        let facts = facts(&page);
        let fish = &facts.path_parameters[0];
        assert_eq!(fish.max_length.as_ref().map(|bound| bound.value), Some(100.0));
        assert_eq!(fish.required, None);
        let unit = &facts.query[0];
        assert_eq!(unit.required, Some(false));
        assert_eq!(unit.default.as_ref().map(|stated| stated.value.as_str()), Some("g"));
        let values: Vec<&str> = unit.enum_values.iter().map(|value| value.value.as_str()).collect();
        assert_eq!(values, ["g", "kg"]);
        assert_eq!(unit.enum_values[1].description, "千克");
    }
}

#[test]
fn fields_are_read() {
    for page in all() {
        let meals = &facts(&page).request[0];
        assert_eq!(meals.ty, Ty::List(Box::new(Ty::Object)));
        assert_eq!(meals.type_text, "meal[]");
        assert_eq!(meals.max_items.as_ref().map(|bound| bound.value), Some(50.0));
        assert_eq!(meals.prose, "饭");
    }
}

#[test]
fn trees_are_trees_and_lost_ones_say_so() {
    for page in all() {
        let facts = facts(&page);
        assert!(facts.wrapped);
        if page.format == Format::FlatMarkdown {
            assert_eq!((facts.request_nesting, facts.response_nesting), (Nesting::Lost, Nesting::Lost));
            assert_eq!(names(&facts.response), ["fish", "id", "full"]);
        } else {
            assert_eq!((facts.request_nesting, facts.response_nesting), (Nesting::Known, Nesting::Known));
            assert_eq!(names(&facts.response), ["fish", "full"]);
            assert_eq!(names(&facts.response[0].children), ["id"]);
        }
    }
}

#[test]
fn examples_and_errors_are_read() {
    for page in all() {
        let facts = facts(&page);
        let json = serde_json::json!({"meals": [{"grams": 30}]});
        assert_eq!(facts.request_examples[0].json, Some(json));
        assert_eq!(facts.content_type.as_ref().map(|kind| kind.value.as_str()), Some("application/json"));
        assert_eq!((facts.errors[0].status, facts.errors[0].code), (404, 77404));
        assert_eq!(facts.errors[0].hint, "找鱼");
    }
}

#[test]
fn every_line_number_points_at_its_fact() {
    for text in [MARKDOWN, FLAT, MARKUP] {
        let page = read("page", text);
        let facts = facts(&page);
        let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default();
        assert!(line(facts.method.line + usize::from(page.format == Format::Markup)).contains("HTTP Method"));
        let unit = &facts.query[0];
        let default = unit.default.as_ref().map_or(0, |stated| stated.line);
        assert!(line(default).contains("默认值"));
        assert!(line(unit.enum_values[1].line).contains("kg"));
        let bound = facts.request[0].max_items.as_ref().map_or(0, |bound| bound.line);
        assert!(line(bound).contains("长度范围"));
        assert!(line(facts.request_examples[0].line).contains("grams"));
    }
}

#[test]
fn a_page_without_an_operation_is_an_overview() {
    assert_eq!(read("page", "# 概述\n\ntext\n").kind, Kind::Overview);
    assert_eq!(read("page", "").kind, Kind::Unknown);
}

#[test]
fn a_column_nobody_knows_is_a_problem() {
    let text = MARKDOWN.replace("| 名称 | 类型 | 描述 |", "| 名称 | 类型 | 颜色 |");
    let page = read("page", &text);
    assert!(page.problems.iter().any(|problem| problem.what.contains("颜色")));
}

#[test]
fn a_missing_answer_is_a_problem() {
    let text = MARKDOWN.replace("### 响应体\n", "### 别的\n");
    let page = read("page", &text);
    assert!(page.problems.iter().any(|problem| problem.what.contains("响应体")));
}

#[test]
fn an_answer_without_data_stays_whole() {
    let text = MARKDOWN.replace("| `data` | `\\-` | \\- |\n", "");
    let text = text.replace("&nbsp;&nbsp;└ `fish`", "`fish`").replace("&nbsp;&nbsp;└ `full`", "`full`");
    let text = text.replace("&nbsp;&nbsp;&nbsp;&nbsp;└ `id`", "&nbsp;&nbsp;└ `id`");
    let page = read("page", &text);
    assert!(!facts(&page).wrapped);
    assert_eq!(names(&facts(&page).response), ["code", "msg", "fish", "full"]);
}
