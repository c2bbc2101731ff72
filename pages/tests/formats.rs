//! One small page in every format says the same.

use feishu_openapi_pages::{
    Format, Item, Kind, Nesting, OperationFacts, Page, RateLimit, Ty, read,
};

const MARKDOWN: &str = r#"---
title: "换水"
fullPath: "/x/pond-v1/fish/feed"
updateTime: "1694419127000"
---

# 换水

喂一条鱼。

## 请求

| 项目 | 值 |
| --- | --- |
| HTTP URL | https://open.feishu.cn/open-apis/pond/v1/fish/:fish_id/feed |
| HTTP Method | POST |
| 接口频率限制 | [1000 次/分钟、50 次/秒](https://x) |
| 支持的应用类型 | custom,isv |
| 权限要求             调用 | `pond:fish:write` 喂鱼 `pond:fish` 鱼 |
| 字段权限要求 | &gt; **Tip**: 敏感字段 `contact:user.employee_id:readonly` 用户 |

### 请求头

| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| Authorization | string | 是 | `tenant_access_token` 或 `user_access_token` **值格式**："Bearer `access_token`" |
| Content-Type | string | 是 | **固定值**："application/json; charset=utf-8" |

### 路径参数

| 名称 | 类型 | 描述 |
| --- | --- | --- |
| `fish_id` | `string` | 鱼<br>**示例值**："f1"<br>**数据校验规则**：<br>- 最大长度：`100` 字符 |

### 查询参数

| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| `unit` | `string` | 否 | 单位<br>**示例值**：g<br>**可选值有**：<br>- `g`: 克 - `kg`: 千克<br>**默认值**：`g` |

### 请求体

| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| `meals` | `meal\[\]` | 是 | 饭<br>**数据校验规则**：<br>- 长度范围：`1` ～ `50` |
| &nbsp;&nbsp;└ `grams` | `int` | 否 | 克<br>**示例值**：30<br>**数据校验规则**：<br>- 取值范围：`1` ～ `900` |

### 请求体示例

```json
{"meals": [{"grams": 30}]}
```

## 响应

### 响应体

| 名称 | 类型 | 描述 |
| --- | --- | --- |
| `code` | `int` | 错误码 |
| `msg` | `string` | 描述 |
| `data` | `\-` | \- |
| &nbsp;&nbsp;└ `fish` | `fish` | 鱼 |
| &nbsp;&nbsp;&nbsp;&nbsp;└ `id` | `string` | 编号 |
| &nbsp;&nbsp;└ `full` | `boolean` | 饱 |

### 响应体示例

```json
{"code": 0, "msg": "success", "data": {"fish": {"id": "f1"}, "full": true}}
```

### 错误码

| HTTP状态码 | 错误码 | 描述 | 排查建议 |
| --- | --- | --- | --- |
| 404 | 77404 | 没有鱼 | 找鱼 |
"#;

const FLAT: &str = "---
title: \"换水\"
source_url: https://open.feishu.cn/document/pond-v1/fish/feed
last_remote_update: 2023-09-11
last_remote_update_timestamp: 1694419127000
---
最后更新于 2023-09-11

# 换水

喂一条鱼。

## 请求
名称 | 值
---|---
HTTP URL | https://open.feishu.cn/open-apis/pond/v1/fish/:fish_id/feed
HTTP Method | POST
接口频率限制 | [1000 次/分钟、50 次/秒](https://x)
支持的应用类型 | 自建应用、商店应用
权限要求  
            **调用** | 喂鱼(pond:fish:write)  
            鱼(pond:fish)
字段权限要求 | **注意事项**：敏感字段  
        用户(contact:user.employee_id:readonly)

### 请求头

名称 | 类型 | 必填 | 描述
--- | --- | --- | ---
Authorization | string | 是 | `tenant_access_token`  
或  
`user_access_token`  
**值格式**：\"Bearer `access_token`\"
Content-Type | string | 是 | **固定值**：\"application/json; charset=utf-8\"

### 路径参数

名称 | 类型 | 描述
--- | --- | ---
fish_id | string | 鱼  
**示例值**：\"f1\"  
**数据校验规则**：  
- 最大长度：`100` 字符

### 查询参数

名称 | 类型 | 必填 | 描述
--- | --- | --- | ---
unit | string | 否 | 单位  
**示例值**：g  
**可选值有**：  
- g：克  
- kg：千克  
**默认值**：`g`

### 请求体

名称 | 类型 | 必填 | 描述
--- | --- | --- | ---
meals | meal\\[\\] | 是 | 饭  
**数据校验规则**：  
- 长度范围：`1` ～ `50`
grams | int | 否 | 克  
**示例值**：30  
**数据校验规则**：  
- 取值范围：`1` ～ `900`

### 请求体示例
```json
{\"meals\": [{\"grams\": 30}]}
```

## 响应

### 响应体

名称 | 类型 | 描述
--- | --- | ---
code | int | 错误码
msg | string | 描述
data | \\- | \\-
fish | fish | 鱼
id | string | 编号
full | boolean | 饱

### 响应体示例
```json
{\"code\": 0, \"msg\": \"success\", \"data\": {\"fish\": {\"id\": \"f1\"}, \"full\": true}}
```

### 错误码

HTTP状态码 | 错误码 | 描述 | 排查建议
--- | --- | --- | ---
404 | 77404 | 没有鱼 | 找鱼
";

fn row(cells: &[&str]) -> String {
    let cells = cells
        .iter()
        .map(|cell| format!("  <md-td>{cell}</md-td>\n"));
    format!("<md-tr>\n{}</md-tr>\n", cells.collect::<String>())
}

fn field(level: usize, name: &str, ty: &str, others: &[&str]) -> String {
    let others = others
        .iter()
        .map(|cell| format!("<md-dt-td>\n\t{cell}\n\t</md-dt-td>\n"));
    let others: String = others.collect();
    format!(
        "<md-dt-tr level=\"{level}\">\n<md-dt-td>\n<md-text type=\"field-name\" >{name}</md-text>\n\
         </md-dt-td>\n<md-dt-td>\n<md-text type=\"field-type\" >{ty}</md-text>\n</md-dt-td>\n{others}</md-dt-tr>\n\n"
    )
}

fn table(tag: &str, header: &[&str], rows: &[String]) -> String {
    let header = header
        .iter()
        .map(|title| format!("<{tag}-th style=\"width: 9%;\">{title}</{tag}-th>\n"));
    let header: String = header.collect();
    format!(
        ":::html\n<{tag}-table>\n<{tag}-thead>\n<{tag}-tr>\n{header}</{tag}-tr>\n</{tag}-thead>\n\
         <{tag}-tbody>\n{}</{tag}-tbody>\n</{tag}-table>\n:::\n",
        rows.concat()
    )
}

fn markup() -> String {
    let front = "---\ntitle: \"换水\"\nfullPath: \"/x/pond-v1/fish/feed\"\nupdateTime: \"1694419127000\"\n---\n";
    let mut text = format!("{front}# 换水\n喂一条鱼。\n\n## 请求\n");
    text += &table(
        "md",
        &["基本", ""],
        &[
            row(&[
                "HTTP URL",
                "https://open.feishu.cn/open-apis/pond/v1/fish/:fish_id/feed",
            ]),
            row(&["HTTP Method", "POST"]),
            row(&["接口频率限制", "[1000 次/分钟、50 次/秒](/ssl:x)"]),
            row(&[
                "支持的应用类型",
                "\n<md-app-support types=\"custom,isv\"></md-app-support>\n",
            ]),
            row(&[
                "\n权限要求\n<md-tooltip type=\"info\">调用</md-tooltip>\n",
                "<md-perm name=\"pond:fish:write\" desc=\"d\">喂鱼</md-perm>\n<md-perm name=\"pond:fish\" desc=\"d\">鱼</md-perm>",
            ]),
            row(&[
                "字段权限要求",
                "<md-alert>敏感字段</md-alert><md-perm name=\"contact:user.employee_id:readonly\">用户</md-perm>",
            ]),
        ],
    );
    text += "### 请求头\n";
    text += &table(
        "md",
        &["名称", "类型", "必填", "描述"],
        &[
            row(&[
                "Authorization",
                "string",
                "是",
                "\n<md-tag type=\"token-tenant\">tenant_access_token</md-tag>\n或\n<md-tag>user_access_token</md-tag>\n\n**值格式**：\"Bearer `access_token`\"\n",
            ]),
            row(&[
                "Content-Type",
                "string",
                "是",
                "**固定值**：\"application/json; charset=utf-8\"",
            ]),
        ],
    );
    text += "### 路径参数\n";
    text += &table(
        "md-dt",
        &["名称", "类型", "描述"],
        &[field(
            0,
            "fish_id",
            "string",
            &["鱼\n\n**示例值**：\"f1\"\n\n**数据校验规则**：\n\n- 最大长度：`100` 字符"],
        )],
    );
    text += "### 查询参数\n";
    text += &table(
        "md-dt",
        &["名称", "类型", "必填", "描述"],
        &[field(
            0,
            "unit",
            "string",
            &[
                "否",
                "单位\n\n**示例值**：g\n\n**可选值有**：\n<md-enum>\n<md-enum-item key=\"g\" >克</md-enum-item>\n<md-enum-item key=\"kg\" >千克</md-enum-item>\n</md-enum>\n\n**默认值**：`g`",
            ],
        )],
    );
    text += "### 请求体\n";
    text += &table(
        "md-dt",
        &["名称", "类型", "必填", "描述"],
        &[
            field(
                0,
                "meals",
                "meal\\[\\]",
                &["是", "饭\n\n**数据校验规则**：\n\n- 长度范围：`1` ～ `50`"],
            ),
            field(
                1,
                "grams",
                "int",
                &[
                    "否",
                    "克\n\n**示例值**：30\n\n**数据校验规则**：\n\n- 取值范围：`1` ～ `900`",
                ],
            ),
        ],
    );
    text += "### 请求体示例\n:::html\n<md-code-json>\n{\"meals\": [{\"grams\": 30}]}\n</md-code-json>\n:::\n## 响应\n### 响应体\n";
    text += &table(
        "md-dt",
        &["名称", "类型", "描述"],
        &[
            field(0, "code", "int", &["错误码"]),
            field(0, "msg", "string", &["描述"]),
            field(0, "data", "\\-", &["\\-"]),
            field(1, "fish", "fish", &["鱼"]),
            field(2, "id", "string", &["编号"]),
            field(1, "full", "boolean", &["饱"]),
        ],
    );
    text += "### 响应体示例\n:::html\n<md-code-json>\n{\"code\": 0, \"msg\": \"success\", \"data\": {\"fish\": {\"id\": \"f1\"}, \"full\": true}}\n</md-code-json>\n:::\n### 错误码\n";
    text += &table(
        "md",
        &["HTTP状态码", "错误码", "描述", "排查建议"],
        &[row(&["404", "77404", "没有鱼", "找鱼"])],
    );
    text
}

fn all() -> Vec<Page> {
    let pages = [MARKDOWN.to_owned(), FLAT.to_owned(), markup()];
    pages.iter().map(|text| read("page", text)).collect()
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
    assert_eq!(
        formats,
        [Format::Markdown, Format::FlatMarkdown, Format::Markup]
    );
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
        assert_eq!(
            facts.tokens.value,
            ["tenant_access_token", "user_access_token"]
        );
        assert_eq!(facts.app_types.value, ["custom", "isv"]);
        assert_eq!(facts.scopes.value, ["pond:fish:write", "pond:fish"]);
        assert_eq!(
            facts.field_scopes.value,
            ["contact:user.employee_id:readonly"]
        );
        let limit = |requests, per: &str| RateLimit {
            requests,
            per: per.to_owned(),
        };
        assert_eq!(
            facts.rate_limits.value,
            [limit(1000, "minute"), limit(50, "second")]
        );
        assert_eq!(
            facts.source.updated.as_ref().map(|stated| stated.value),
            Some(1_694_419_127_000)
        );
    }
}

#[test]
fn parameters_are_read() {
    for page in all() {
        let facts = facts(&page);
        let fish = &facts.path_parameters[0];
        assert_eq!(
            fish.max_length.as_ref().map(|bound| bound.value),
            Some(100.0)
        );
        assert_eq!(fish.required, None);
        let unit = &facts.query[0];
        assert_eq!(unit.required, Some(false));
        assert_eq!(
            unit.default.as_ref().map(|stated| stated.value.as_str()),
            Some("g")
        );
        let values: Vec<&str> = unit
            .enum_values
            .iter()
            .map(|value| value.value.as_str())
            .collect();
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
        assert_eq!(
            meals.max_items.as_ref().map(|bound| bound.value),
            Some(50.0)
        );
        assert_eq!(meals.prose, "饭");
    }
}

#[test]
fn trees_are_trees_and_lost_ones_say_so() {
    for page in all() {
        let facts = facts(&page);
        assert!(facts.wrapped);
        if page.format == Format::FlatMarkdown {
            assert_eq!(
                (facts.request_nesting, facts.response_nesting),
                (Nesting::Lost, Nesting::Lost)
            );
            assert_eq!(names(&facts.response), ["fish", "id", "full"]);
        } else {
            assert_eq!(
                (facts.request_nesting, facts.response_nesting),
                (Nesting::Known, Nesting::Known)
            );
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
        assert_eq!(
            facts.content_type.as_ref().map(|kind| kind.value.as_str()),
            Some("application/json")
        );
        assert_eq!((facts.errors[0].status, facts.errors[0].code), (404, 77404));
        assert_eq!(facts.errors[0].hint, "找鱼");
    }
}

#[test]
fn every_line_number_points_at_its_fact() {
    for text in [MARKDOWN.to_owned(), FLAT.to_owned(), markup()] {
        let page = read("page", &text);
        let facts = facts(&page);
        let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default();
        assert!(
            line(facts.method.line + usize::from(page.format == Format::Markup))
                .contains("HTTP Method")
        );
        let unit = &facts.query[0];
        let default = unit.default.as_ref().map_or(0, |stated| stated.line);
        assert!(line(default).contains("默认值"));
        assert!(line(unit.enum_values[1].line).contains("kg"));
        let bound = facts.request[0]
            .max_items
            .as_ref()
            .map_or(0, |bound| bound.line);
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
    assert!(
        page.problems
            .iter()
            .any(|problem| problem.what.contains("颜色"))
    );
}

#[test]
fn a_missing_answer_is_a_problem() {
    let text = MARKDOWN.replace("### 响应体\n", "### 别的\n");
    let page = read("page", &text);
    assert!(
        page.problems
            .iter()
            .any(|problem| problem.what.contains("响应体"))
    );
}

#[test]
fn an_answer_without_data_stays_whole() {
    let text = MARKDOWN.replace("| `data` | `\\-` | \\- |\n", "");
    let text = text
        .replace("&nbsp;&nbsp;└ `fish`", "`fish`")
        .replace("&nbsp;&nbsp;└ `full`", "`full`");
    let text = text.replace("&nbsp;&nbsp;&nbsp;&nbsp;└ `id`", "&nbsp;&nbsp;└ `id`");
    let page = read("page", &text);
    assert!(!facts(&page).wrapped);
    assert_eq!(
        names(&facts(&page).response),
        ["code", "msg", "fish", "full"]
    );
}
